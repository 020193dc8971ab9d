"""Les paramètres d'une action, tels qu'une personne les lit et les recopie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from steps.operateur.consigne import Valeur

VIDE = "(laisser vide)"
AUCUN = "(aucun)"
_LIBELLES = {
    "a_usager": "Adressé au patient lui-même",
    "accuse_distribution": "Demander un accusé de distribution",
    "accuse_lecture": "Demander un accusé de lecture",
    "analyses": "Analyse",
    "apropos": "À propos",
    "au": "Jusqu'au",
    "bloquer_dmp": "Bloquer l'envoi au DMP",
    "canal": "Canal",
    "categorie": "Catégorie",
    "cda_base64": "CDA exporté",
    "code_lieu_naissance": "Code du lieu de naissance",
    "code_retour": "Code retour",
    "conservation": "Conservation",
    "contenu_base64": "Document",
    "contenu_sha256": "Contenu (SHA-256)",
    "copies_cachees": "Copies cachées",
    "criteres": "Critères",
    "date_acte": "Date de l'acte",
    "date_acte_au": "Date de l'acte, jusqu'au",
    "date_acte_du": "Date de l'acte, à partir du",
    "date_creation": "Date de création",
    "date_naissance": "Date de naissance",
    "debut": "Début",
    "dmp": "DMP",
    "domaine": "Domaine (OID)",
    "du": "À partir du",
    "ecarts": "Écarts",
    "emetteur": "Émetteur",
    "etat": "État",
    "etat_dmp": "État au DMP",
    "expediteur": "Expéditeur",
    "feuille_style_base64": "Feuille de style",
    "fichier_base64": "Fichier",
    "horodatage": "Date et heure",
    "identite": "Identité",
    "matricule_ins": "Matricule INS",
    "message_id": "Message-ID",
    "messages_hl7": "Messages HL7",
    "modalite": "Modalité",
    "mss_patient": "MSSanté patient",
    "mss_professionnel": "MSSanté professionnel",
    "nom_naissance": "Nom de naissance",
    "nom_utilise": "Nom utilisé",
    "oid_ins": "OID de l'INS",
    "parametre": "Réglage",
    "pdf_base64": "PDF",
    "capture_base64": "Capture d'écran",
    "pieces": "Pièces jointes",
    "precharges": "Documents préchargés",
    "premier_prenom_naissance": "Premier prénom de naissance",
    "prenom": "Prénom",
    "prenom_utilise": "Prénom utilisé",
    "prenoms_naissance": "Prénoms de naissance",
    "periode": "Période",
    "numero_securite_sociale": "Numéro de sécurité sociale",
    "rang_naissance": "Rang de naissance",
    "rpps": "RPPS",
    "sha256": "SHA-256",
    "sejour_id": "Séjour",
    "specialite": "Spécialité",
    "statut_anterieur": "Statut antérieur",
    "statut_cr": "État du compte rendu",
    "telephone": "Téléphone",
    "telephone_verifie": "Téléphone vérifié",
    "courriel_verifie": "Courriel vérifié",
    "type_code": "Code du type de document",
    "types_locaux": "Types de document du logiciel",
    "unite": "Unité",
    "url": "Adresse",
    "verrou_visible": "Verrou mis en évidence",
}
_MOTS = {
    "acces": "accès",
    "accuse": "accusé",
    "affiche": "affiché",
    "ajoutees": "ajoutées",
    "archive": "archivé",
    "associe": "associé",
    "assure": "de l'assuré",
    "bloque": "bloqué",
    "cachee": "cachée",
    "cda": "CDA",
    "cgu": "CGU",
    "cle": "clé",
    "coordonnee": "coordonnée",
    "cree": "créé",
    "crees": "créés",
    "deces": "décès",
    "deja": "déjà",
    "demandee": "demandée",
    "denominateur": "dénominateur",
    "derniere": "dernière",
    "detail": "détail",
    "dmp": "DMP",
    "ecarte": "écarté",
    "ecartes": "écartés",
    "echec": "échec",
    "echecs": "échecs",
    "elements": "éléments",
    "emis": "émis",
    "envoye": "envoyé",
    "envoyes": "envoyés",
    "expire": "expiré",
    "html": "HTML",
    "identite": "identité",
    "individu": "de la personne",
    "ins": "INS",
    "insi": "INSi",
    "integre": "intégré",
    "libelle": "libellé",
    "modifies": "modifiés",
    "mss": "MSSanté",
    "nir": "NIR",
    "numerateur": "numérateur",
    "oid": "OID",
    "periode": "période",
    "piece": "pièce",
    "precedent": "précédent",
    "precharge": "préchargé",
    "precision": "précision",
    "prive": "privé",
    "privilegie": "privilégié",
    "proposes": "proposés",
    "psc": "Pro Santé Connect",
    "rapproche": "rapproché",
    "recent": "récent",
    "recu": "reçu",
    "recus": "reçus",
    "reference": "référence",
    "refuses": "refusés",
    "rejetes": "rejetés",
    "reponse": "réponse",
    "resultat": "résultat",
    "reussi": "réussi",
    "rpps": "RPPS",
    "securise": "sécurisé",
    "securite": "sécurité",
    "sha256": "(SHA-256)",
    "specialite": "spécialité",
    "supprimes": "supprimés",
    "telephone": "téléphone",
    "verification": "vérification",
    "verifie": "vérifié",
    "verifiee": "vérifiée",
}


def libelle(nom: str) -> str:
    """Le nom d'un champ du contrat tel qu'il se lit : « nom_naissance » → « Nom de naissance »."""
    if nom in _LIBELLES:
        return _LIBELLES[nom]
    if not nom.isidentifier() or nom != nom.lower():
        return nom
    morceaux = nom.removesuffix("_base64").removesuffix("_id").split("_")
    mots = " ".join(_MOTS.get(mot, mot) for mot in morceaux)
    return mots[:1].upper() + mots[1:]


def texte(valeur: Any) -> str:
    """Une valeur simple telle qu'elle se saisit."""
    if valeur is None:
        return VIDE
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    return str(valeur)


def lisible(valeur: Any) -> str:
    """Une valeur quelconque, en une phrase : pour compléter une consigne."""
    if isinstance(valeur, Mapping):
        return ", ".join(lisible(element) for element in valeur.values()) or AUCUN
    if isinstance(valeur, list | tuple):
        return ", ".join(map(lisible, valeur)) or AUCUN
    return texte(valeur)


def aplatir(parametres: Mapping[str, Any]) -> tuple[Valeur, ...]:
    """Chaque valeur simple, son chemin (`identite.nom_naissance`, `analyses.0.code`) et ce qu'elle est."""
    return tuple(_parcourir("", "", parametres))


def _parcourir(chemin: str, titre: str, valeur: Any) -> Iterator[Valeur]:
    if isinstance(valeur, Mapping) and (valeur or not chemin):
        for nom, element in valeur.items():
            mot = libelle(nom)
            sous_titre = f"{titre}, {_minuscule(mot)}" if titre else mot
            yield from _parcourir(_descendre(chemin, nom), sous_titre, element)
    elif isinstance(valeur, list | tuple) and valeur:
        for rang, element in enumerate(valeur):
            nom = titre if len(valeur) == 1 else f"{titre} n° {rang + 1}"
            yield from _parcourir(_descendre(chemin, str(rang)), nom, element)
    else:
        yield Valeur(
            chemin, titre, AUCUN if isinstance(valeur, Mapping | list | tuple) else texte(valeur), nature(valeur)
        )


def nature(valeur: Any) -> str:
    """La nature d'une valeur simple, ou d'une liste ou d'un objet vide."""
    match valeur:
        case None:
            return "nul"
        case bool():
            return "booleen"
        case int() | float():
            return "nombre"
        case list() | tuple():
            return "liste_vide"
        case Mapping():
            return "objet_vide"
        case _:
            return "texte"


def _descendre(chemin: str, cle: str) -> str:
    morceau = cle.replace("\\", "\\\\").replace(".", "\\.")
    return f"{chemin}.{morceau}" if chemin else morceau


def _minuscule(mot: str) -> str:
    """« Nom » → « nom », mais « RPPS » reste."""
    return mot if mot[:2].isupper() else mot[:1].lower() + mot[1:]

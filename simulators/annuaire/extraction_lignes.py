"""Les fichiers de l'extraction publique : colonnes et lignes, « | » entre colonnes, UTF-8, une ligne d'en-tête.

Source : en-têtes relevés dans des logiciels publics qui lisent ces fichiers (56 colonnes pour l'activité, 13 pour le
savoir-faire et les diplômes, 31 pour la correspondance MSSanté) ; le dossier de spécifications de l'ANS n'a pas été lu.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from simulators.annuaire.modele import BalPubliee, Metier, Professionnel, SavoirFaire, Structure

PERSONNE_ACTIVITE = "PS_LibreAcces_Personne_activite"
SAVOIR_FAIRE = "PS_LibreAcces_SavoirFaire"
DIPLOMES = "PS_LibreAcces_Dipl_AutExerc"
CORRESPONDANCE = "Extraction_Correspondance_MSSante"

_IDENTITE = ("Type d'identifiant PP", "Identifiant PP", "Identification nationale PP")
_NOM = ("Nom d'exercice", "Prénom d'exercice")
_METIER = (
    "Code profession",
    "Libellé profession",
    "Code catégorie professionnelle",
    "Libellé catégorie professionnelle",
)
_SPECIALITE = ("Code type savoir-faire", "Libellé type savoir-faire", "Code savoir-faire", "Libellé savoir-faire")
_ADRESSE = tuple(
    f"{nom} (coord. structure)"
    for nom in (
        "Complément destinataire", "Complément point géographique", "Numéro Voie", "Indice répétition voie",
        "Code type de voie", "Libellé type de voie", "Libellé Voie", "Mention distribution", "Bureau cedex",
        "Code postal", "Code commune", "Libellé commune", "Code pays", "Libellé pays", "Téléphone", "Téléphone 2",
        "Télécopie", "Adresse e-mail",
    )
)  # fmt: skip

COLONNES: Mapping[str, tuple[str, ...]] = {
    PERSONNE_ACTIVITE: (
        *_IDENTITE, "Code civilité d'exercice", "Libellé civilité d'exercice", "Code civilité", "Libellé civilité",
        *_NOM, *_METIER, *_SPECIALITE, "Code mode exercice", "Libellé mode exercice", "Numéro SIRET site",
        "Numéro SIREN site", "Numéro FINESS site", "Numéro FINESS établissement juridique",
        "Identifiant technique de la structure", "Raison sociale site", "Enseigne commerciale site", *_ADRESSE,
        "Code Département (structure)", "Libellé Département (structure)", "Ancien identifiant de la structure",
        "Autorité d'enregistrement", "Code secteur d'activité", "Libellé secteur d'activité",
        "Code section tableau pharmaciens", "Libellé section tableau pharmaciens", "Code rôle", "Libellé rôle",
        "Code genre activité", "Libellé genre activité",
    ),
    SAVOIR_FAIRE: (*_IDENTITE, *_NOM, *_METIER, *_SPECIALITE),
    DIPLOMES: (
        *_IDENTITE, *_NOM, "Code type diplôme obtenu", "Libellé type diplôme obtenu", "Code diplôme obtenu",
        "Libellé diplôme obtenu", "Code type autorisation", "Libellé type autorisation",
        "Code discipline autorisation", "Libellé discipline autorisation",
    ),
    CORRESPONDANCE: (
        "Type de BAL", "Adresse BAL", "Type Identifiant PP", "Identifiant PP", "Identification nationale PP",
        "Type identifiant structure", "Identification Structure", "Service de rattachement", "Civilité d'exercice",
        *_NOM, "Catégorie profession", "Libellé de catégorie profession", "Code Profession", "Libellé Profession",
        "Code savoir-faire", "Libellé savoir-faire", "Dématérialisation", "Raison Sociale structure BAL",
        "Enseigne commerciale structure BAL", "L2COMPLEMENTLOCALISATION structure BAL",
        "L3COMPLEMENTDISTRIBUTION structure BAL", "L4NUMEROVOIE structure BAL", "L4COMPLEMENTNUMEROVOIE structure BAL",
        "NL4TYPEVOIE structure BAL", "L4LIBELLEVOIE structure BAL", "L5LIEUDITMENTION structure BAL",
        "L6LIGNEACHEMINEMENT structure BAL", "Code postal structure BAL", "Département structure BAL",
        "Pays structure BAL",
    ),
}  # fmt: skip
_CATEGORIES = {"C": "Civil", "M": "Militaire", "E": "Etudiant"}
_MODES = {"L": "Libéral, indépendant, artisan, commerçant", "S": "Salarié", "B": "Bénévole"}
_CIVILITES = {"M": "Monsieur", "MME": "Madame", "": "", "DR": "Docteur"}
_SANS_STRUCTURE = "|" * (len(COLONNES[PERSONNE_ACTIVITE]) - 20)

Structures = Mapping[str, Structure]


def entete(fichier: str) -> str:
    """La ligne d'en-tête, fin de ligne comprise."""
    return "|".join(COLONNES[fichier]) + "\n"


def lignes_activite(personne: Professionnel, structures: Structures) -> Iterator[str]:
    """Une ligne par situation d'exercice, une seule sans structure s'il n'y en a pas ; rien d'un inactif."""
    if not personne.actif:
        return
    debut = (
        f"8|{personne.rpps}|8{personne.rpps}|{_civilites(personne.civilite_exercice, personne.civilite)}"
        f"|{personne.nom}|{personne.prenom}|{_metier(personne.metier, personne.categorie)}"
        f"|{_specialite(personne.savoir_faire)}|"
    )
    if not personne.situations:
        yield f"{debut}||{_SANS_STRUCTURE}\n"
    for situation in personne.situations:
        lieu = structures.get(situation.finess)
        fin = _lieu(lieu) if lieu else _SANS_STRUCTURE
        yield f"{debut}{situation.mode}|{_MODES.get(situation.mode, '')}|{fin}\n"


def lignes_savoir_faire(personne: Professionnel) -> Iterator[str]:
    """Une ligne si la personne a une spécialité."""
    if personne.actif and personne.savoir_faire is not None:
        yield (
            f"8|{personne.rpps}|8{personne.rpps}|{personne.nom}|{personne.prenom}"
            f"|{_metier(personne.metier, personne.categorie)}|{_specialite(personne.savoir_faire)}\n"
        )


def lignes_diplome(personne: Professionnel) -> Iterator[str]:
    """Le diplôme d'État de la profession."""
    if personne.actif:
        yield (
            f"8|{personne.rpps}|8{personne.rpps}|{personne.nom}|{personne.prenom}|DE|Diplôme d'Etat français"
            f"|{personne.metier.diplome}|{personne.metier.libelle_diplome}||||\n"
        )


def lignes_correspondance(personne: Professionnel, structures: Structures) -> Iterator[str]:
    """Une ligne par BAL publiée de la personne ; la liste rouge n'y paraît jamais."""
    if not personne.actif:
        return
    for bal in personne.bals:
        yield from _ligne_bal(bal, personne, None)
    for situation in personne.situations:
        for bal in situation.bals:
            yield from _ligne_bal(bal, personne, structures.get(situation.finess))


def lignes_bal_structure(structure: Structure) -> Iterator[str]:
    """Une ligne par BAL organisationnelle : ni personne ni profession ; les applicatives n'y sont pas publiées."""
    for bal in structure.bals:
        if bal.type == "ORG" and structure.actif:
            yield from _ligne_bal(bal, None, structure)


def _ligne_bal(bal: BalPubliee, personne: Professionnel | None, structure: Structure | None) -> Iterator[str]:
    if bal.liste_rouge:
        return
    identite = "||"
    if personne is not None:
        identite = f"8|{personne.rpps}|8{personne.rpps}"
        savoir = personne.savoir_faire or SavoirFaire("", "")
        qui = (
            f"{personne.civilite_exercice or personne.civilite}|{personne.nom}|{personne.prenom}|{personne.categorie}"
            f"|{_CATEGORIES.get(personne.categorie, '')}|{personne.metier.code}|{personne.metier.libelle}"
            f"|{savoir.code}|{savoir.libelle}|{'O' if bal.dematerialisation else 'N'}"
        )
    else:
        qui = f"|||||||||{'O' if bal.dematerialisation else 'N'}"
    lieu = "||||||||||||"
    rattachement = "|"
    if structure is not None:
        rattachement = f"1|1{structure.finess}"
        lieu = (
            f"{structure.nom}||||{structure.numero_voie}||{structure.type_voie}|{structure.voie}||"
            f"{structure.code_postal} {structure.commune}|{structure.code_postal}|{structure.departement}|FRANCE"
        )
    yield f"{bal.type}|{bal.adresse}|{identite}|{rattachement}|{bal.service}|{qui}|{lieu}\n"


@lru_cache(maxsize=64)
def _civilites(exercice: str, civile: str) -> str:
    return f"{exercice}|{_CIVILITES.get(exercice, '')}|{civile}|{_CIVILITES.get(civile, '')}"


@lru_cache(maxsize=256)
def _metier(metier: Metier, categorie: str) -> str:
    return f"{metier.code}|{metier.libelle}|{categorie}|{_CATEGORIES.get(categorie, '')}"


@lru_cache(maxsize=256)
def _specialite(savoir: SavoirFaire | None) -> str:
    return f"S|Spécialité ordinale|{savoir.code}|{savoir.libelle}" if savoir else "|||"


@lru_cache(maxsize=8_192)
def _lieu(s: Structure) -> str:
    return (
        f"{s.siret}|{s.siret[:9]}|{s.finess}|{s.finess_juridique}|F{s.finess}|{s.nom}||||{s.numero_voie}||{s.type_voie}"
        f"|{s.libelle_type_voie}|{s.voie}|||{s.code_postal}|{s.code_commune}|{s.commune}|99000|FRANCE|{s.telephone}||"
        f"|{s.courriel}|{s.departement}|{s.libelle_departement}|1{s.finess}|CNOM/CNOM/CNOM|{s.secteur}"
        f"|{s.libelle_secteur}|||FON-AU|Autre fonction|GENR01|Activité standard de soin ou de pharmacien"
    )

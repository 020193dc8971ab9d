"""Étapes des documents de sortie avant leur validation : préremplis, corrigés, destinataires, liste de travail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import document_couloir, vocabulaire
from steps.etapes.commun import Table, changer_reglage, relire
from steps.etapes.compte_rendu_commun import exporter
from steps.etapes.compte_rendu_destinataires import personne, pour_contrat
from steps.etapes.mss_commun import choisir_correspondants
from steps.logiciel.protocole import ReponseAction
from steps.verifications import documents_sortie as regles
from steps.verifications.compte_rendu.destinataires import Destinataire, liste_modifiee

_QUI = r"(?P<qui>le professionnel|un autre professionnel)"
_QUOI = r"(?P<quoi>lettre de liaison|compte rendu hospitalier)"
RUBRIQUES: Mapping[str, str] = {
    "médecin traitant": "medecin_traitant",
    "médecin adresseur": "adresseur",
    "entrée": "entree",
    "sortie": "sortie",
    "motif": "motif",
    "synthèse": "synthese",
    "événement indésirable": "evenement_indesirable",
    "micro-organisme": "micro_organisme",
    "produit sanguin": "produit_sanguin",
    "dispositif implanté": "dispositif_implantable",
    "traitement de sortie": "traitement_sortie",
    "traitement arrêté": "traitement_arrete",
    "résultat attendu": "attente",
    "suites": "suites",
    "suites sociales": "suites_sociales",
}
"""Rubriques d'une lettre de liaison dans les features, et leur nom au contrat (décret n° 2016-995)."""
STATUTS = {"en cours de rédaction": "en_cours", "à valider": "a_valider"}


# ---------------------------------------------------------------------- saisir
@given(parse("ces éléments du séjour saisis au dossier du patient « {patient} »"))
def saisir(essai: Essai, patient: str, datatable: Table) -> None:
    """Colonnes : « rubrique », « texte »."""
    elements = [
        {"rubrique": RUBRIQUES[ligne["rubrique"]], "texte": ligne["texte"]} for ligne in vocabulaire.table(datatable)
    ]
    cible = essai.patient(patient)
    essai.preparer("saisir_elements_sejour", "biologiste_1", patient_id=cible.patient_id, elements=elements)
    essai.releves.setdefault("séjours", {})[patient] = elements


def _saisis(essai: Essai, patient: str) -> list[dict[str, str]]:
    saisis: list[dict[str, str]] = essai.releves.get("séjours", {}).get(patient, [])
    return saisis


# -------------------------------------------------------------------- préparer
@when(motif(rf"{_QUI} fait préparer pour le patient « (?P<patient>[^»]+) » l[ae] {_QUOI} « (?P<nom>[^»]+) »$"))
def preparer(essai: Essai, qui: str, patient: str, quoi: str, nom: str, service: str = "") -> ReponseAction:
    """Le document est créé et prérempli, rien n'est saisi ni validé."""
    cible, produit = relire(essai, essai.patient(patient)), document_couloir.produit(essai, quoi)
    reponse = essai.preparer(
        "preparer_document",
        vocabulaire.role(qui),
        patient_id=cible.patient_id,
        type_code=produit.code,
        type_libelle=produit.libelle,
        titre=nom[:1].upper() + nom[1:],
        **({"service": service} if service else {}),
    )
    donnees = reponse.donnees.get("document")
    if not isinstance(donnees, Mapping):
        raise NonConcluant(f"preparer_document n'a pas rendu de document : {reponse.en_phrase()}")
    essai.documents[nom] = DocumentEssai(nom, cible, str(donnees["document_id"]), donnees)
    essai.releves[f"préparé {nom}"] = reponse.donnees
    essai.releves[f"rédacteur {nom}"] = vocabulaire.role(qui)
    return reponse


def _sections(donnees: Mapping[str, Any]) -> list[dict[str, str]] | None:
    lues = donnees.get("sections")
    return None if lues is None else [dict(section) for section in lues]


@then(
    parse("le document préparé « {nom} » reprend tout ce qui est saisi au dossier de son patient, et rien d'un autre")
)
def prerempli(essai: Essai, nom: str) -> None:
    patient, quoi = essai.document(nom).patient.nom, f"« {nom} »"
    montrees, siens = _sections(essai.releves[f"préparé {nom}"]), _saisis(essai, patient)
    etrangers = [e for autre, elements in essai.releves["séjours"].items() if autre != patient for e in elements]
    essai.bilan.constater(regles.preremplis(montrees, siens, quoi))
    essai.bilan.constater(regles.rien_d_un_autre(montrees, siens, etrangers, quoi))


@when(parse("l'administrateur retire la rubrique « {rubrique} » de la maquette des lettres de liaison"))
def retirer_de_la_maquette(essai: Essai, rubrique: str) -> None:
    """Un logiciel dont l'adaptateur ne règle pas les maquettes : une personne le montrera."""
    code = document_couloir.produit(essai, "lettre de liaison").code
    retiree = RUBRIQUES[rubrique]
    gardees = [nom for nom in RUBRIQUES.values() if nom != retiree]
    essai.releves["maquette"] = (changer_reglage(essai, "maquettes_documents", {code: gardees}), retiree)


@then(parse("le document préparé « {nom} » suit la maquette réglée"))
def maquette(essai: Essai, nom: str) -> None:
    reglage, retiree = essai.releves["maquette"]
    siens = _saisis(essai, essai.document(nom).patient.nom)
    essai.bilan.constater(
        regles.maquette_suivie(
            reglage.resultat,
            reglage.en_phrase(),
            _sections(essai.releves[f"préparé {nom}"]),
            [e for e in siens if e["rubrique"] != retiree],
            [e for e in siens if e["rubrique"] == retiree],
            f"« {nom} »",
        )
    )


# -------------------------------------------------------------------- corriger
@when(motif(rf"{_QUI} remplace dans le document préparé « (?P<nom>[^»]+) » le motif par « (?P<texte>[^»]+) »$"))
def corriger(essai: Essai, qui: str, nom: str, texte: str) -> None:
    """La section où le motif saisi se lit ; sans elle, la première qui est préremplie."""
    document = essai.document(nom)
    sections = _sections(essai.releves[f"préparé {nom}"]) or [{"titre": "Motif d'hospitalisation", "texte": ""}]
    motif_saisi = next((e["texte"] for e in _saisis(essai, document.patient.nom) if e["rubrique"] == "motif"), "")
    visee = next((s for s in sections if motif_saisi and motif_saisi in s["texte"]), sections[0])
    remplace = motif_saisi if motif_saisi in visee["texte"] else visee["texte"]
    neuf = visee["texte"].replace(remplace, texte) if remplace else texte
    modification = essai.jouer(
        "modifier_document_prepare",
        vocabulaire.role(qui),
        document_id=document.document_id,
        sections=[{"titre": visee["titre"], "texte": neuf}],
    )
    essai.releves[f"correction {nom}"] = (modification, texte, remplace)


@then(parse("le document préparé « {nom} », rouvert, porte la correction"))
def correction_relue(essai: Essai, nom: str) -> None:
    modification, texte, _ = essai.releves[f"correction {nom}"]
    relu = essai.jouer("lire_document_prepare", essai.releves[f"rédacteur {nom}"], document_id=_id(essai, nom))
    essai.bilan.exiger(
        regles.correction_gardee(
            modification.resultat, modification.en_phrase(), _sections(relu.donnees), texte, f"« {nom} »"
        )
    )


def _id(essai: Essai, nom: str) -> str:
    return essai.document(nom).document_id


@when(motif(rf"{_QUI} valide le document préparé « (?P<nom>[^»]+) »$"))
def valider_prepare(essai: Essai, qui: str, nom: str) -> None:
    prepare = essai.document(nom)
    essai.releves[f"identifiant préparé {nom}"] = prepare.document_id
    reponse = essai.jouer("valider_document_prepare", vocabulaire.role(qui), document_id=prepare.document_id)
    if document_couloir.document_rendu(essai, nom, prepare.patient, reponse) is None:
        raise NonConcluant(f"la validation de « {nom} » n'a pas rendu de document : {reponse.en_phrase()}")


@then(parse("le document validé « {nom} » porte la correction, et plus le texte qu'elle remplace"))
def correction_validee(essai: Essai, nom: str) -> None:
    _, texte, remplace = essai.releves[f"correction {nom}"]
    temoin = essai.document(nom).patient.reference.nom_naissance
    cda = exporter(essai, nom, "N1")
    essai.bilan.constater(regles.correction_validee(cda, texte, remplace, temoin, f"« {nom} »"))


# ---------------------------------------------------------------- destinataires
@then(parse("le document préparé « {nom} » montre l'adresse de chacun de ses destinataires"))
def adresses(essai: Essai, nom: str) -> None:
    prevus = [personne(c) for c in essai.releves.get(f"correspondants {essai.document(nom).patient.nom}", ())]
    montres = essai.releves[f"préparé {nom}"].get("destinataires")
    essai.bilan.exiger(regles.adresses_montrees(montres, prevus, f"« {nom} »"))
    essai.releves[f"liste {nom}"] = ([_lu(montre) for montre in montres], [])


def _lu(montre: Mapping[str, Any]) -> Destinataire:
    return Destinataire(*(str(montre.get(champ) or "") for champ in ("nom", "prenom", "rpps", "adresse_mss")))


@when(motif(rf"{_QUI} retire du document préparé « (?P<nom>[^»]+) » un destinataire et en ajoute un autre$"))
def changer_la_liste(essai: Essai, qui: str, nom: str) -> None:
    proposes, _ = essai.releves[f"liste {nom}"]
    liste = [*proposes[1:], personne(choisir_correspondants(essai, 1)[0])]
    essai.preparer(
        "modifier_document_prepare",
        vocabulaire.role(qui),
        document_id=_id(essai, nom),
        destinataires=[pour_contrat(d) for d in liste],
    )
    essai.releves[f"liste {nom}"] = (liste, proposes[:1])


@then(parse("l'en-tête du document validé « {nom} » porte la liste de destinataires arrêtée"))
def entete_modifiee(essai: Essai, nom: str) -> None:
    liste, retires = essai.releves[f"liste {nom}"]
    essai.bilan.constater(liste_modifiee(exporter(essai, nom, "N1"), liste, retires, f"« {nom} »"))


# --------------------------------------------------------------- liste de travail
@given("ces documents préparés, en attente de validation")
def mettre_en_attente(essai: Essai, datatable: Table) -> None:
    """Colonnes : « document », « patient », « rédacteur », « service », « statut »."""
    attente: dict[str, dict[str, str]] = essai.releves.setdefault("documents en attente", {})
    for ligne in vocabulaire.table(datatable):
        nom, qui, statut = ligne["document"], ligne["rédacteur"], STATUTS[ligne["statut"]]
        preparer(essai, qui, ligne["patient"], "lettre de liaison", nom, service=ligne["service"])
        role = vocabulaire.role(qui)
        essai.preparer("modifier_document_prepare", role, document_id=_id(essai, nom), statut=statut)
        attente[nom] = {
            "document_id": _id(essai, nom),
            "professionnel": essai.compte(role),
            "service": ligne["service"],
            "statut": statut,
        }


def _lister(essai: Essai, **filtre: str) -> Sequence[Mapping[str, str]] | None:
    reponse = essai.jouer("lister_documents_a_valider", "biologiste_1", **filtre)
    montres: Sequence[Mapping[str, str]] | None = reponse.donnees.get("documents") if reponse.fait else None
    return montres


@then(
    "la liste de travail, entière puis par professionnel, par service et par statut, montre les documents en attente "
    "qui y ont leur place"
)
def listes(essai: Essai) -> None:
    attente = list(essai.releves["documents en attente"].values())
    tous = {d["document_id"]: d["statut"] for d in attente}
    essai.bilan.constater(regles.attente_montree(_lister(essai), tous, "la liste entière"))
    for critere in ("professionnel", "service", "statut"):
        for valeur in dict.fromkeys(d[critere] for d in attente):
            quoi, montres = f"la liste ({critere} {valeur})", _lister(essai, **{critere: valeur})
            siens = {d["document_id"]: d["statut"] for d in attente if d[critere] == valeur}
            autres = [d["document_id"] for d in attente if d[critere] != valeur]
            essai.bilan.constater(regles.attente_montree(montres, siens, quoi))
            essai.bilan.constater(regles.attente_filtree(montres, list(siens), autres, quoi))


@then(parse("le document « {nom} » a quitté la liste de travail, où les autres sont encore"))
def sorti(essai: Essai, nom: str) -> None:
    prepare = essai.releves[f"identifiant préparé {nom}"]
    restants = [d["document_id"] for d in essai.releves["documents en attente"].values() if d["document_id"] != prepare]
    essai.bilan.constater(regles.valide_sorti(_lister(essai), prepare, restants))

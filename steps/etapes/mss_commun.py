"""Ce que les étapes MSSanté partagent : boîtes, correspondants, réglages, courriels vus sur le fil, leur contexte."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from pytest_bdd import given, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from reports.constat import Regle
from reports.verdict import Verdict
from simulators.mssante.etat import Bal
from simulators.socle.acteurs import PROFESSIONNELS
from simulators.socle.correspondants import CORRESPONDANTS, Correspondant
from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, amener_au_statut, presenter, regler
from steps.etapes.dmp_commun import delai_d_observation, dire, valider_cr
from steps.flux.identite import IdentiteUsager
from steps.patients import PatientEssai
from steps.releves import retirer
from steps.verifications.mssante import adresses, archive, pieces
from steps.verifications.mssante import dossier_envois as regles
from steps.verifications.mssante import dossier_versions as versions
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.dialogue import transactions
from steps.verifications.mssante.dossier_lecture import (
    CourrielVu,
    DocumentLu,
    adresse_usager,
    courriels,
    porte_resultats,
)

NOMBRES = {"un": 1, "deux": 2, "trois": 3, "dix": 10}
BOITES = {"du secrétariat": "ORG", "applicative": "APP"}
_STATUTS = {"qualifiée": "QUAL", "seulement récupérée": "RECUP", "absente": "VALI"}


# ------------------------------------------------------------------ présenter
@given(
    motif(
        r"un patient « (?P<nom>[^»]+) » à l'INS (?P<statut>qualifiée|seulement récupérée|absente), "
        r"dont Mon espace santé est ouvert$"
    )
)
def patient_mes(essai: Essai, nom: str, statut: str, datatable: Table | None = None) -> PatientEssai:
    """Patient fictif dont la boîte d'usager reçoit : si rien n'y arrive, c'est que le logiciel n'a pas envoyé."""
    patient = presenter(essai, nom, connu=True, imposes=vocabulaire.valeurs(datatable))
    amener_au_statut(essai, patient, _STATUTS[statut])
    essai.banc.mssante.usagers.ouvrir(patient.reference.matricule_ins)
    return patient


@given(motif(r"(?P<combien>un|deux|trois) correspondants? au dossier du patient « (?P<nom>[^»]+) »$"))
def correspondants_au_dossier(essai: Essai, combien: str, nom: str) -> None:
    """Des professionnels que l'annuaire connaît, différents d'un patient à l'autre tant qu'il en reste."""
    patient = essai.patient(nom)
    choisis = choisir_correspondants(essai, NOMBRES[combien])
    for correspondant in choisis:
        essai.preparer(
            "ajouter_correspondant",
            "biologiste_1",
            patient_id=patient.patient_id,
            correspondant=fiche_correspondant(correspondant),
        )
    essai.releves[f"correspondants {nom}"] = choisis


@when(parse("le professionnel ajoute dix correspondants au dossier du patient « {nom} »"))
def ajouter_dix(essai: Essai, nom: str) -> None:
    """Chacun doit être admis : c'est ce que l'exigence demande."""
    patient = essai.patient(nom)
    choisis = choisir_correspondants(essai, 10)
    for rang, correspondant in enumerate(choisis, start=1):
        fiche = fiche_correspondant(correspondant)
        reponse = essai.jouer(
            "ajouter_correspondant", "biologiste_1", patient_id=patient.patient_id, correspondant=fiche
        )
        essai.bilan.exiger(versions.correspondant_admis(rang, reponse.resultat, reponse.en_phrase()))
    essai.releves[f"correspondants {nom}"] = choisis


def choisir_correspondants(essai: Essai, nombre: int) -> list[Correspondant]:
    """Les suivants de la liste fictive ; elle recommence au bout."""
    deja = int(essai.releves.get("correspondants pris", 0))
    essai.releves["correspondants pris"] = deja + nombre
    return [CORRESPONDANTS[(deja + rang) % len(CORRESPONDANTS)] for rang in range(nombre)]


def fiche_correspondant(correspondant: Correspondant) -> dict[str, str]:
    """Le correspondant dans les champs du contrat."""
    return {
        "rpps": correspondant.rpps,
        "nom": correspondant.nom,
        "prenom": correspondant.prenom,
        "profession": correspondant.profession_libelle,
        "specialite": correspondant.specialite_libelle,
        "adresse_mss": correspondant.bal,
    }


# -------------------------------------------------------------------- régler
_ENVOI_AUTOMATIQUE = {
    "l'envoi automatique par MSSanté aux patients": (True, False),
    "l'envoi automatique par MSSanté aux correspondants": (False, True),
    "l'envoi automatique par MSSanté aux patients et aux correspondants": (True, True),
    "aucun envoi automatique par MSSanté": (False, False),
}


@given(motif("(?P<phrase>" + "|".join(_ENVOI_AUTOMATIQUE) + ")$"))
def envoi_automatique(essai: Essai, phrase: str) -> None:
    patient, correspondants = _ENVOI_AUTOMATIQUE[phrase]
    regler(essai, "envoi_automatique_mss", {"patient": patient, "correspondants": correspondants})


@given(parse("les réponses aux courriels automatiques dirigées vers la boîte du secrétariat"))
def retour_au_secretariat(essai: Essai) -> None:
    """Une même adresse de retour, organisationnelle, pour les patients et pour les professionnels."""
    adresse = boite_de_type(essai, "ORG").adresse
    regler(essai, "adresse_retour_mss", {"patient": adresse, "professionnel": adresse})


# -------------------------------------------------------------------- boîtes
def boite_de(essai: Essai, role: str) -> Bal:
    """La BAL personnelle du professionnel qui joue ce rôle."""
    rpps = next((ps.rpps for ps in PROFESSIONNELS if ps.role == role), None)
    trouvee = next(
        (bal for bal in essai.banc.mssante.etat.bals.values() if bal.type == "PER" and bal.rpps == rpps), None
    )
    if rpps is None or trouvee is None:
        raise NonConcluant(f"aucune BAL personnelle pour {role}")
    return trouvee


def boite_de_type(essai: Essai, genre: str) -> Bal:
    """La première BAL de ce type parmi celles de l'opérateur : celle du laboratoire."""
    trouvee = next((bal for bal in essai.banc.mssante.etat.bals.values() if bal.type == genre), None)
    if trouvee is None:
        raise NonConcluant(f"aucune BAL {genre} chez l'opérateur simulé")
    return trouvee


def adresses_des_correspondants(essai: Essai, nom: str) -> list[str]:
    """Adresses MSSanté des correspondants du dossier de ce patient."""
    return [c.bal for c in retirer(essai, f"correspondants {nom}", list)]


def adresse_du_patient(patient: PatientEssai) -> str:
    """L'adresse d'usager recalculée de l'INS que rend INSi."""
    return adresse_usager(patient.reference.matricule_ins)


# ---------------------------------------------------------------------- fil
def vus(essai: Essai, depuis: int | None = None) -> list[CourrielVu]:
    """Les courriels que l'opérateur a acceptés depuis ce rang du journal (le début du scénario par défaut)."""
    connus: dict[int, CourrielVu] = essai.releves.setdefault("courriels vus", {})
    rang = essai.journal.position()
    if essai.releves.get("journal lu") != rang:
        for vu in courriels(transactions(essai.journal.echanges(service="mssante", depuis=essai.debut))):
            connus.setdefault(vu.numero, vu)
        essai.releves["journal lu"] = rang
    seuil = essai.debut if depuis is None else depuis
    return [vu for numero, vu in sorted(connus.items()) if numero > seuil]


def attendre(essai: Essai, condition: Callable[[list[CourrielVu]], bool], depuis: int) -> list[CourrielVu]:
    """Les courriels vus depuis `depuis`, une fois la condition satisfaite ou le temps d'observation écoulé."""
    if not condition(vus(essai, depuis)):
        essai.journal.attendre(
            lambda _: condition(vus(essai, depuis)),
            depuis=depuis,
            delai=delai_d_observation(essai),
            service="mssante",
            operation="smtp:DATA",
        )
    return vus(essai, depuis)


def document_dans(essai: Essai, vu: CourrielVu, document: DocumentEssai) -> DocumentLu | None:
    """Le compte rendu dans ce courriel : ses résultats, et aucun autre matricule que celui de son patient.

    Un PDF dont rien ne s'extrait ne fait pas dire que le compte rendu n'est pas parti : le patient et le type suffisent.
    """
    analyses = retirer(essai, f"analyses {document.nom}", list)
    matricule = document.patient.reference.matricule_ins
    for lu in vu.documents:
        if lu.matricule in ("", matricule) and porte_resultats(lu.texte, analyses):
            return lu
        code = lu.entete.code.code if lu.entete.code else ""
        if lu.muet and lu.matricule == matricule and code == document.donnees.get("type_code"):
            return lu
    return None


def document_lisible(vu: CourrielVu) -> DocumentLu | None:
    """Le premier CDA que l'archive jointe laisse lire ; None si elle n'en livre aucun."""
    return next(iter(vu.documents), None)


def courriels_de(essai: Essai, document: DocumentEssai, depuis: int | None = None) -> list[CourrielVu]:
    """Les courriels qui portent ce compte rendu."""
    return [vu for vu in vus(essai, depuis) if document_dans(essai, vu, document) is not None]


def servis(portants: Sequence[CourrielVu], destinataires: Collection[str]) -> bool:
    """Vrai si chaque adresse a reçu l'un de ces courriels."""
    atteints = {adresse.lower() for vu in portants for adresse in vu.destinataires}
    return {adresse.lower() for adresse in destinataires} <= atteints


def exiger_arrivee(
    essai: Essai, regle: Regle, document: DocumentEssai, destinataires: Sequence[str], depuis: int
) -> list[CourrielVu]:
    """Attend que le compte rendu soit arrivé à tous ; sinon le dit et arrête le scénario."""
    attendre(essai, lambda _: servis(courriels_de(essai, document, depuis), destinataires), depuis)
    portants = courriels_de(essai, document, depuis)
    prevus: set[str] = essai.releves.setdefault(f"destinataires {document.nom}", set())
    prevus |= {adresse.lower() for adresse in destinataires}
    quoi = f"le compte rendu « {document.nom} »"
    if not servis(portants, destinataires):
        _expliquer(essai, vus(essai, depuis), document.patient)
    essai.bilan.exiger(regles.compte_rendu_arrive(regle, portants, destinataires, quoi, dire(essai.derniere)))
    return portants


def _expliquer(essai: Essai, partis: Sequence[CourrielVu], patient: PatientEssai) -> None:
    """Un courriel est parti, sans le compte rendu ou à une autre adresse : ce qui y manque se dit."""
    for vu in partis:
        connu = contexte(essai, vu, patient)
        constats = [*pieces.archive(vu.lu, connu), *adresses.adresses_d_usagers(vu.lu, connu)]
        if document_lisible(vu) is None:
            constats += archive.archive_xdm(vu.lu, connu)
        essai.bilan.constater(c for c in constats if c.verdict is Verdict.NON_CONFORME)


def valider(
    essai: Essai, nom: str, patient: PatientEssai, *, role: str, partiel: bool = False, niveau: str = "N3"
) -> None:
    """Valide un compte rendu dont les résultats lui sont propres ; retient le rang du journal d'avant."""
    options = {} if niveau == "N3" else {"niveau": niveau}
    depuis = essai.journal.position()
    document = valider_cr(essai, nom, patient, role=role, partiel=partiel, **options)
    if document is None and options:
        # Un laboratoire peut ne produire que des comptes rendus structurés : le niveau n'est pas ce qui est jugé.
        options = {}
        document = valider_cr(essai, nom, patient, role=role, partiel=partiel)
    if document is None:
        raise NonConcluant(f"valider_compte_rendu n'a pas rendu de document : {essai.derniere.en_phrase()}")
    essai.releves[f"depuis {nom}"] = depuis
    essai.releves[f"niveau {nom}"] = options


# ------------------------------------------------------------------- contexte
def identite(patient: PatientEssai) -> IdentiteUsager:
    """L'identité que portent les documents : celle d'INSi si elle est récupérée, sinon les traits saisis."""
    reference = IdentiteUsager.depuis_reference(patient.reference)
    return reference if patient.statut in ("QUAL", "RECUP") else reference.sans_ins()


def contexte(essai: Essai, vu: CourrielVu, patient: PatientEssai | None = None, **su: object) -> ContexteCourriel:
    """Ce que le banc sait de cet envoi. `su` : champs de `ContexteCourriel` que l'étape connaît en plus."""
    etat = essai.banc.mssante.etat
    base = ContexteCourriel(
        nil=essai.logiciel.nil,
        bal_emission=etat.bal(vu.bal or vu.expediteur),
        mail_from=vu.expediteur,
        destinataires=vu.destinataires,
        patient=identite(patient) if patient else None,
        ins_qualifiee=patient.statut == "QUAL" if patient else None,
        notify=vu.notify,
        types_de_bal={adresse: bal.type for adresse, bal in etat.bals.items()},
        echanges=(vu.numero,),
    )
    return replace(base, **su)  # type: ignore[arg-type]

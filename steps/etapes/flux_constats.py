"""Étapes qui constatent ce qu'un flux d'identité ou de documents a changé dans le logiciel."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_bdd import then
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import relire
from steps.etapes.flux import attente
from steps.etapes.identite import traits_du_contrat
from steps.flux.identite import IdentiteUsager, comparable
from steps.logiciel.protocole import ReponseAction
from steps.patients import PatientEssai
from steps.releves import retirer
from steps.verifications import donnees_en_attente, modifications_identite
from steps.verifications import identite as regles
from steps.verifications.verification_automatique import verification_lancee, verification_non_relancee

_VERIFICATION = "verifierInsAvecTraitsIdentite"


# ----------------------------------------------------------------------- constater
def _verifications(essai: Essai, patient: PatientEssai) -> list[int]:
    """Vérifications vues par INSi depuis l'action, qui portent le matricule du patient."""
    return [
        echange.numero
        for echange in essai.echanges("insi", _VERIFICATION)
        if patient.reference.matricule.encode() in echange.requete.corps.octets
    ]


@then(parse("la vérification de l'INS du patient « {nom} » est partie vers INSi"))
def verification_partie(essai: Essai, nom: str) -> None:
    patient = essai.patient(nom)
    matricule = patient.reference.matricule.encode()
    essai.journal.attendre(
        lambda echange: matricule in echange.requete.corps.octets,
        depuis=essai.depuis,
        delai=attente(essai),
        service="insi",
        operation=_VERIFICATION,
    )
    essai.bilan.constater(verification_lancee(_verifications(essai, patient), nom))


@then(parse("l'INS déjà qualifiée du patient « {nom} » n'a pas été vérifiée de nouveau"))
def verification_non_partie(essai: Essai, nom: str) -> None:
    """La fenêtre se ferme sur la réponse du logiciel au message."""
    essai.bilan.constater(verification_non_relancee(_verifications(essai, essai.patient(nom)), nom))


def _retrouver(essai: Essai, patient: PatientEssai) -> PatientEssai:
    """La fiche créée par le flux : identifiant rendu par l'action, sinon recherche par date de naissance."""
    if not patient.patient_id:
        reference = patient.reference
        reponse = essai.preparer(
            "rechercher_patients",
            "biologiste_1",
            date_naissance=reference.date_naissance,
            nom=reference.nom_naissance,
        )
        trouves = [
            trouve
            for trouve in reponse.donnees.get("patients", [])
            if comparable(str(trouve.get("identite", {}).get("nom_naissance", "")))
            == comparable(reference.nom_naissance)
        ]
        if len(trouves) != 1:
            raise NonConcluant(
                f"le message reçu n'a pas donné une fiche et une seule pour « {patient.nom} » ({len(trouves)} trouvée(s))"
            )
        patient.patient_id = str(trouves[0]["patient_id"])
    return relire(essai, patient)


@then(parse("la fiche du patient « {nom} » a été créée au statut « {libelle} » avec son INS"))
def creee_avec_ins(essai: Essai, nom: str, libelle: str) -> None:
    patient = _retrouver(essai, essai.patient(nom))
    reference = patient.reference
    attendus = {"matricule_ins": reference.matricule_ins, "oid_ins": reference.oid, **_traits_recus(patient)}
    essai.bilan.constater(regles.statut_attendu(patient.statut, vocabulaire.statut(libelle), "après le flux reçu"))
    essai.bilan.constater(regles.champs_enregistres(patient.identite, attendus))


@then(parse("la fiche du patient « {nom} » n'est pas au statut « {libelle} »"))
def pas_au_statut(essai: Essai, nom: str, libelle: str) -> None:
    """Sans contrat, l'INS n'est prise qu'après une vérification par INSi."""
    verifiee = bool(_verifications(essai, essai.patient(nom)))
    patient = _retrouver(essai, essai.patient(nom))
    autres = [code for code in ("PROV", "RECUP", "VALI", "QUAL") if code != vocabulaire.statut(libelle)]
    essai.bilan.constater(regles.statut_attendu(patient.statut, autres, "sans contrat de confiance"))
    if not verifiee:
        circonstance = "sans contrat de confiance ni vérification par INSi"
        essai.bilan.constater(regles.sans_matricule(patient.identite, circonstance))


@then(parse("la fiche du patient « {nom} » a été créée avec les traits reçus, sans matricule INS"))
def creee_sans_ins(essai: Essai, nom: str) -> None:
    patient = _retrouver(essai, essai.patient(nom))
    circonstance = "à la création par le flux"
    essai.bilan.constater(regles.champs_enregistres(patient.identite, _traits_recus(patient)))
    essai.bilan.constater(regles.sans_matricule(patient.identite, circonstance))
    essai.bilan.constater(regles.statut_attendu(patient.statut, ("PROV", "VALI"), circonstance))


def _traits_recus(patient: PatientEssai) -> dict[str, str]:
    """Les traits que portait le message de création."""
    recue = IdentiteUsager.depuis_reference(patient.reference)
    return {
        "nom_naissance": recue.nom_naissance,
        "premier_prenom_naissance": recue.premier_prenom_naissance,
        "prenoms_naissance": recue.prenoms_naissance,
        "date_naissance": recue.date_naissance,
        "sexe": recue.sexe,
        "code_lieu_naissance": recue.code_lieu_naissance,
    }


@then(parse("l'identité du patient « {nom} » n'a pas été mise à jour"))
def pas_mise_a_jour(essai: Essai, nom: str) -> None:
    patient = relire(essai, essai.patient(nom))
    avant, apres = traits_du_contrat(retirer(essai, f"avant {nom}", dict)), traits_du_contrat(patient.identite)
    essai.bilan.constater(modifications_identite.identite_inchangee(avant, apres, "malgré le retour KO"))
    essai.bilan.constater(
        regles.statut_attendu(patient.statut, essai.releves[f"statut avant {nom}"], "malgré le retour KO")
    )


@then(parse("l'identité du patient « {nom} » porte désormais son INS"))
def porte_son_ins(essai: Essai, nom: str) -> None:
    """Contrôle positif : la règle ne dit que le cas KO, un rapprochement manuel reste légitime."""
    patient = relire(essai, essai.patient(nom))
    recu = patient.identite.get("matricule_ins")
    essai.bilan.constater(donnees_en_attente.mise_a_jour_apres_ok(recu, patient.reference.matricule_ins))


@then(parse("l'identité du patient « {nom} » n'a plus ni matricule INS ni statut qui le suppose"))
def ins_retiree(essai: Essai, nom: str) -> None:
    patient = relire(essai, essai.patient(nom))
    essai.bilan.constater(regles.sans_matricule(patient.identite, "après le retrait reçu"))
    essai.bilan.constater(regles.statut_attendu(patient.statut, ("PROV", "VALI"), "après le retrait reçu"))


@then(parse("le document reçu n'est pas intégré au dossier du patient « {nom} » et l'utilisateur en est averti"))
def document_retenu(essai: Essai, nom: str) -> None:
    """Le dossier est relu s'il existe : l'annonce du logiciel ne suffit pas."""
    reponse = essai.derniere
    ordinaires = retirer(essai, "messages d'une intégration", list)
    _juger_integration(essai, reponse, _documents_du_patient(essai, nom), attendu=False, ordinaires=ordinaires)
    essai.releves["document reçu"] = reponse.donnees.get("document") or {}


@then(parse("le document reçu est intégré au dossier du patient « {nom} »"))
def document_integre(essai: Essai, nom: str) -> None:
    reponse = essai.derniere
    essai.releves["messages d'une intégration"] = list(reponse.messages)
    _juger_integration(essai, reponse, _documents_du_patient(essai, nom), attendu=True)


def _documents_du_patient(essai: Essai, nom: str) -> list[str]:
    """Les documents de toutes les fiches que le logiciel connaît à ce nom et à cette date de naissance."""
    reference = essai.patient(nom).reference
    trouves = essai.preparer(
        "rechercher_patients",
        "biologiste_1",
        date_naissance=reference.date_naissance,
        nom=reference.nom_naissance,
    )
    documents: list[str] = []
    for trouve in trouves.donnees.get("patients", []):
        liste = essai.preparer("lister_documents", "biologiste_1", patient_id=str(trouve["patient_id"]))
        documents += [str(document["document_id"]) for document in liste.donnees.get("documents", [])]
    return documents


def _juger_integration(
    essai: Essai,
    reponse: ReponseAction,
    documents: Sequence[str],
    *,
    attendu: bool,
    ordinaires: Sequence[str] = (),
) -> None:
    essai.bilan.constater(
        donnees_en_attente.integration_du_document(
            integre=reponse.donnees.get("integre") if not attendu else False,
            documents=documents,
            attendu=attendu,
            messages=reponse.messages,
            ordinaires=ordinaires,
        )
    )


@then(parse("le document reçu du patient « {nom} » est dans la liste de travail"))
def document_en_liste(essai: Essai, nom: str) -> None:
    reponse = essai.preparer("lire_liste_travail", "biologiste_1")
    reference = essai.patient(nom).reference
    document = retirer(essai, "document reçu", dict)
    essai.bilan.constater(
        donnees_en_attente.donnee_en_attente(
            list(reponse.donnees.get("elements", [])),
            matricule=reference.matricule_ins,
            document_id=str(document.get("document_id", "")),
            nom=f"{reference.nom_naissance} {reference.prenoms[0]}",
        )
    )

"""Étapes des envois au DMP : comptes rendus validés, mises à jour, suppressions, conformité."""

from __future__ import annotations

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import document_couloir, vocabulaire
from steps.etapes.dmp_commun import (
    Depart,
    contexte,
    dire,
    envoi_de,
    envois_du_patient,
    envoyer,
    exiger_cr,
    exiger_envoi,
    statuts,
    valider_cr,
)
from steps.patients import PatientEssai
from steps.releves import retirer
from steps.verifications import dossier_dmp as regles
from steps.verifications import suivi_dmp
from steps.verifications.compte_rendu.niveau_1 import forme_n1
from steps.verifications.dmp import documents_soumis, verifier_alimentation, verifier_suppression
from steps.verifications.dmp.cycle import remplacement_correct
from steps.verifications.dmp.sequence import document_bloque_non_envoye, pas_d_autorisation_pour_alimenter


# ---------------------------------------------------------------- comptes rendus
@given(parse("un compte rendu « {nom} » du patient « {patient} » envoyé au DMP"))
def cr_deja_envoye(essai: Essai, nom: str, patient: str) -> None:
    """Mise en place : un compte rendu complet, présent dans le DMP."""
    depuis = essai.journal.position()
    document = valider_cr(essai, nom, essai.patient(patient))
    if document is None or envoyer(essai, document, depuis) is None:
        raise NonConcluant(
            f"mise en place : le compte rendu « {nom} » n'est pas arrivé au DMP ({dire(essai.derniere)})"
        )


@when(parse("le professionnel valide le compte rendu « {nom} » du patient « {patient} »"))
def valider(essai: Essai, nom: str, patient: str) -> None:
    depuis = essai.journal.position()
    exiger_cr(essai, valider_cr(essai, nom, essai.patient(patient)), f"validation de « {nom} »")
    essai.releves[f"depuis {nom}"] = depuis


@when(parse("le professionnel valide le compte rendu « {nom} » du patient « {patient} » en bloquant son envoi au DMP"))
def valider_bloque(essai: Essai, nom: str, patient: str) -> None:
    document = valider_cr(essai, nom, essai.patient(patient), bloquer_dmp=True)
    if document is None:
        constat = regles.R_ENVOI_CR.enfreinte(
            "le logiciel ne permet pas de valider un compte rendu en bloquant son envoi",
            attendu="compte rendu validé, envoi bloqué",
            recu=essai.derniere.en_phrase(),
            ou="validation du compte rendu",
        )
        essai.bilan.exiger(constat)


@then(parse("le compte rendu « {nom} » est arrivé de lui-même dans le DMP du patient « {patient} »"))
def arrive_seul(essai: Essai, nom: str, patient: str) -> None:
    """L'envoi suit la validation sans autre geste : l'étape ne demande aucun envoi."""
    document = essai.document(nom)
    trouve = envoyer(essai, document, retirer(essai, f"depuis {nom}", int), depart=Depart.LOGICIEL)
    soumis = exiger_envoi(essai, regles.R_ENVOI_CR, document, trouve, dire(essai.derniere))
    document_couloir.juger_envoi(essai, soumis, retirer(essai, f"analyses {nom}", list), partiel=False)


@then(parse("le compte rendu bloqué « {nom} » n'est pas arrivé dans le DMP du patient « {patient} »"))
def bloque_absent(essai: Essai, nom: str, patient: str) -> None:
    """La fenêtre est fermée par l'arrivée d'un compte rendu validé plus tard ; celui-ci est le contrôle positif."""
    malade = essai.patient(patient)
    admis = {
        d.unique_id for cle, envoi in essai.releves.items() if cle.startswith("envoi ") and envoi for d in [envoi[1]]
    }
    echanges = essai.echanges("dmp", tout=True)
    intrus = [
        d.unique_id
        for s in envois_du_patient(essai, malade, acceptes=False)
        for d in s.documents_de_sante
        if d.unique_id not in admis
    ]
    temoins = [e for e in echanges if any(d.unique_id in admis for d in documents_soumis([e]))]
    essai.bilan.constater(
        document_bloque_non_envoye(
            echanges,
            malade.reference.matricule_ins,
            unique_ids=intrus or [essai.document(nom).document_id],
            temoins=temoins,
        )
    )


_VALIDER = r"le professionnel valide le compte rendu (?P<etat>partiel|complet) « (?P<nom>[^»]+) » du patient « (?P<patient>[^»]+) » et l'envoie au DMP$"


@when(motif(_VALIDER))
def valider_et_envoyer(essai: Essai, etat: str, nom: str, patient: str) -> None:
    """Validation, puis envoi par le logiciel de lui-même ou à la demande de l'utilisateur."""
    depuis = essai.journal.position()
    partiel = etat == "partiel"
    document = exiger_cr(
        essai, valider_cr(essai, nom, essai.patient(patient), partiel=partiel), f"compte rendu {etat} « {nom} »"
    )
    _envoyer_et_exiger(essai, document, depuis)


@when(
    motif(
        r"le professionnel (?P<geste>complète|modifie) le compte rendu « (?P<nom>[^»]+) », le valide et l'envoie au DMP$"
    )
)
def nouvelle_version(essai: Essai, geste: str, nom: str) -> None:
    """Valide une version complète qui remplace la précédente."""
    ancien = essai.document(nom)
    essai.releves[f"version précédente {nom}"] = envoi_de(essai, nom)[1]
    depuis = essai.journal.position()
    document = valider_cr(essai, nom, ancien.patient, remplace=ancien.document_id)
    _envoyer_et_exiger(essai, exiger_cr(essai, document, f"nouvelle version de « {nom} »"), depuis)


def _envoyer_et_exiger(essai: Essai, document: DocumentEssai, depuis: int) -> None:
    exiger_envoi(essai, regles.R_ENVOI_CR, document, envoyer(essai, document, depuis), dire(essai.derniere))


@then(
    motif(
        r"le compte rendu (?P<etat>partiel|complet) « (?P<nom>[^»]+) » est dans le DMP du patient « (?P<patient>[^»]+) »$"
    )
)
def cr_dans_le_dmp(essai: Essai, etat: str, nom: str, patient: str) -> None:
    soumis = envoi_de(essai, nom)[1]
    portes = retirer(essai, f"analyses {nom}", list)
    document_couloir.juger_envoi(essai, soumis, portes, partiel=etat == "partiel")
    _joindre(essai, nom, soumis.octets)


@then(parse("le compte rendu « {nom} » est dans le DMP en CDA R2 de niveau 1"))
def en_niveau_1(essai: Essai, nom: str) -> None:
    """Un PDF encapsulé, et lui seul, dans le document que le DMP a reçu."""
    octets = envoi_de(essai, nom)[1].octets
    essai.bilan.constater(forme_n1(octets or b"", f"« {nom} » reçu par le DMP"))
    _joindre(essai, nom, octets)


def _joindre(essai: Essai, nom: str, octets: bytes | None) -> None:
    if octets:
        essai.bilan.joindre(f"{nom}.xml", "document", octets, f"« {nom} » tel que le DMP l'a reçu")


@then(
    parse("la nouvelle version du compte rendu « {nom} » remplace la précédente dans le DMP du patient « {patient} »")
)
def version_remplacee(essai: Essai, nom: str, patient: str) -> None:
    ancien = essai.releves[f"version précédente {nom}"]
    soumission, nouveau = envoi_de(essai, nom)
    essai.bilan.constater(remplacement_correct(ancien, nouveau, soumission, contexte(essai)))
    registre = statuts(essai, essai.patient(patient))
    essai.bilan.constater(suivi_dmp.version_en_vigueur(registre, ancien.unique_id, nouveau.unique_id))


# ------------------------------------------------------------------- suppressions
@when(parse("{qui} supprime du DMP le document « {nom} »"))
def supprimer(essai: Essai, qui: str, nom: str) -> None:
    document = essai.document(nom)
    essai.releves[f"registre avant {nom}"] = _registre(essai)
    reponse = essai.jouer("supprimer_dmp", vocabulaire.role(qui), document_id=document.document_id)
    essai.releves[f"suppression {nom}"] = reponse


def _registre(essai: Essai) -> dict[str, str]:
    """Statut de chaque document de tous les DMP du scénario."""
    etat = essai.banc.dmp.etat
    ouverts = [p for p in essai.patients.values() if etat.dossier(p.reference.matricule_ins) is not None]
    return {unique_id: statut for patient in ouverts for unique_id, statut in statuts(essai, patient).items()}


@then(parse("le document « {nom} » est supprimé du DMP, et lui seul"))
def supprime(essai: Essai, nom: str) -> None:
    """Compare le registre de tous les DMP du scénario, avant et après."""
    avant = retirer(essai, f"registre avant {nom}", dict)
    dit = dire(essai.releves.get(f"suppression {nom}"))
    essai.bilan.constater(
        suivi_dmp.document_supprime(avant, _registre(essai), [envoi_de(essai, nom)[1].unique_id], dit)
    )


@then(parse("la suppression du document « {nom} » suit le guide d'intégration"))
def suppression_conforme(essai: Essai, nom: str) -> None:
    unique_id = envoi_de(essai, nom)[1].unique_id
    essai.bilan.constater(verifier_suppression(essai.echanges("dmp"), contexte(essai), unique_id=unique_id))


@when("le professionnel ouvre la documentation sur la suppression d'un document du DMP")
def ouvrir_documentation(essai: Essai) -> None:
    reponse = essai.jouer("lire_documentation", "biologiste_1", sujet="suppression_dmp")
    titre, contenu = (str(reponse.donnees.get(champ) or "") for champ in ("titre", "contenu"))
    essai.releves["documentation"] = (titre, contenu)
    if contenu:
        essai.bilan.joindre(
            "suppression-dmp.txt", "document", f"{titre}\n\n{contenu}".encode(), "documentation montrée"
        )


@then("la documentation explique comment supprimer un document du DMP")
def documentation_utile(essai: Essai) -> None:
    titre, contenu = retirer(essai, "documentation", tuple)
    essai.bilan.constater(suivi_dmp.documentation_de_la_suppression(titre, contenu))


# --------------------------------------------------------------------- conformité
@then("les envois au DMP suivent le guide d'intégration")
def envois_conformes(essai: Essai) -> None:
    """Toutes les alimentations du scénario : transport, VIHF, lot, métadonnées, CDA."""
    essai.bilan.constater(verifier_alimentation(essai.echanges("dmp", tout=True), contexte(essai)))


@then("aucune autorisation d'accès au DMP n'a été demandée")
def sans_autorisation(essai: Essai) -> None:
    essai.bilan.constater(pas_d_autorisation_pour_alimenter(essai.echanges("dmp", tout=True)))


def numeros_d_envoi(essai: Essai, patient: PatientEssai) -> list[int]:
    """Envois de ce patient depuis la dernière action, acceptés ou non."""
    envois = envois_du_patient(essai, patient, acceptes=False)
    return [s.echange.numero for s in envois if s.echange.numero > essai.depuis]

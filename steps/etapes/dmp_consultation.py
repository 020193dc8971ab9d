"""Étapes de la consultation du DMP : choix du patient, droit d'accès, liste, recherche, ouverture d'un document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from reports.constat import Regle
from reports.verdict import Verdict
from simulators.socle.echange import Echange
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table
from steps.etapes.dmp_commun import LOINC, contexte, expliquer, identifiant_national, type_code
from steps.etapes.dmp_deposes import CADRES, SYSTEME_CADRE, SYSTEME_CLASSE, entrees_du_dmp, jour
from steps.etapes.insi import lire_traces
from steps.logiciel.protocole import ReponseAction
from steps.patients import PatientEssai
from steps.releves import retirer
from steps.verifications import dossier_consultation as regles
from steps.verifications import liste_dmp
from steps.verifications.dmp import verifier_consultation, vihf_de
from steps.verifications.dmp.identites import utilisateur as identifiant_transmis
from steps.verifications.dmp.recherche import CriteresDemandes, criteres_transmis
from steps.verifications.dmp.sequence import OPPOSITION, autorisation_posee, consultation_en_air, droit_verifie_avant

CHOIX: Mapping[str, str] = {
    "opposition": "opposition",
    "non-opposition": "non_opposition",
    "aucun choix": "non_renseigne",
}


@given(motif(r"le choix du patient « (?P<nom>[^»]+) » sur la consultation de son DMP : (?P<choix>.+)$"))
def choix_enregistre(essai: Essai, nom: str, choix: str) -> None:
    """Mise en place ; « aucun choix » est l'état d'une fiche neuve."""
    patient_id, valeur = essai.patient(nom).patient_id, CHOIX[choix]
    lu = essai.preparer("lire_opposition", "biologiste_1", patient_id=patient_id).donnees.get("valeur")
    if lu != valeur:
        essai.preparer("enregistrer_opposition", "biologiste_1", patient_id=patient_id, valeur=valeur)


# ------------------------------------------------------------------ choix du patient
@when(motif(r"le professionnel enregistre pour le patient « (?P<nom>[^»]+) » : (?P<choix>opposition|non-opposition)$"))
def enregistrer_choix(essai: Essai, nom: str, choix: str) -> None:
    """Le choix est relu après réouverture du dossier."""
    patient_id, valeur = essai.patient(nom).patient_id, CHOIX[choix]
    essai.jouer("enregistrer_opposition", "biologiste_1", patient_id=patient_id, valeur=valeur)
    relu = essai.preparer("lire_opposition", "biologiste_1", patient_id=patient_id).donnees.get("valeur")
    essai.bilan.exiger(regles.choix_garde(valeur, relu))


@then(motif(r"le choix du patient « (?P<nom>[^»]+) » relu au dossier est : (?P<choix>.+)$"))
def choix_relu(essai: Essai, nom: str, choix: str) -> None:
    patient_id = essai.patient(nom).patient_id
    relu = essai.preparer("lire_opposition", "biologiste_2", patient_id=patient_id).donnees.get("valeur")
    essai.bilan.constater(regles.choix_garde(CHOIX[choix], relu))


# -------------------------------------------------------------------- consulter
def _consulter(essai: Essai, nom: str, role: str, **parametres: Any) -> tuple[list[Echange], ReponseAction]:
    reponse = essai.jouer("consulter_dmp", role, patient_id=essai.patient(nom).patient_id, **parametres)
    echanges = essai.echanges("dmp")
    essai.releves[f"demandes {role}"] = [*essai.releves.get(f"demandes {role}", []), *echanges]
    return echanges, reponse


@when(
    motif(
        r"(?P<qui>.+?) essaie de consulter le DMP du patient « (?P<nom>[^»]+) »(?P<sans> sans confirmer son accord)?$"
    )
)
def essayer_de_consulter(essai: Essai, qui: str, nom: str, sans: str | None) -> None:
    """Une tentative ; elle est jugée après qu'une consultation permise a réussi."""
    echanges, reponse = _consulter(
        essai, nom, vocabulaire.role(qui), **({"confirmer_autorisation": False} if sans else {})
    )
    essai.releves.setdefault(f"tentatives {nom}", []).append((echanges, reponse))


@when(parse("{qui} consulte le DMP du patient « {nom} »"))
def consulter(essai: Essai, qui: str, nom: str) -> None:
    """Une consultation que tout permet : si elle n'a pas lieu, le logiciel manque à l'exigence."""
    echanges, reponse = _consulter(essai, nom, vocabulaire.role(qui))
    _exiger_consultation(essai, nom, echanges, reponse)


def _exiger_consultation(essai: Essai, nom: str, echanges: Sequence[Echange], reponse: ReponseAction) -> None:
    matricule = essai.patient(nom).reference.matricule_ins
    constat = regles.consultation_faite(echanges, matricule, reponse.en_phrase())
    if constat.verdict is not Verdict.CONFORME:
        expliquer(essai)
    essai.bilan.exiger(constat)
    essai.releves["liste"] = list(reponse.donnees.get("documents", []))
    essai.releves["filtres"] = [str(filtre) for filtre in reponse.donnees.get("filtres", [])]
    essai.releves[f"consultation {nom}"] = echanges
    essai.releves.setdefault("consultations", []).extend(echanges)


_MOTIFS: Mapping[str, tuple[Regle, tuple[str, ...]]] = {
    "faute de choix enregistré": (OPPOSITION, ("TD0.3",)),
    "en raison de l'opposition": (OPPOSITION, ("TD0.3",)),
    "faute d'accord du patient": (OPPOSITION, ("TD0.3",)),
    "faute de confirmation": (regles.R_CONFIRMATION, ("TD0.3",)),
    "car le patient a bloqué le professionnel": (regles.R_BLOQUE, ("TD0.3",)),
    "car son INS n'est pas qualifiée": (regles.R_INS_NON_QUALIFIEE, ("TD0.3",)),
}


@then(motif(r"la consultation du DMP du patient « (?P<nom>[^»]+) » a été bloquée (?P<raison>.+)$"))
def consultation_bloquee(essai: Essai, nom: str, raison: str) -> None:
    """Juge les tentatives faites pour ce patient, avec pour contrôle les consultations réussies du scénario."""
    regle, interdites = _MOTIFS[raison]
    tentatives = essai.releves.pop(f"tentatives {nom}", None)
    if not tentatives:
        raise NonConcluant(f"la feature constate un blocage sans tentative de consulter le DMP de « {nom} »")
    for echanges, reponse in tentatives:
        essai.bilan.constater(
            regles.consultation_empechee(
                regle,
                echanges,
                essai.patient(nom).reference.matricule_ins,
                raison,
                reponse.en_phrase(),
                temoins=essai.releves.get("consultations", []),
                interdites=interdites,
                montres=len(reponse.donnees.get("documents") or ()),
            )
        )


# ------------------------------------------------------------------------- droit
@then(parse("le droit d'accès a été vérifié avant chaque consultation"))
def droit_verifie(essai: Essai) -> None:
    essai.bilan.constater(droit_verifie_avant(essai.echanges("dmp", tout=True)))


@then(parse("le journal du logiciel montre le droit vérifié puis la consultation pour le patient « {nom} » par {qui}"))
def consultation_tracee(essai: Essai, nom: str, qui: str) -> None:
    patient = essai.patient(nom)
    traces = lire_traces(essai, "dmp", patient)
    compte = essai.compte(vocabulaire.role(qui))
    essai.bilan.constater(regles.consultation_tracee(traces, [compte], patient.patient_id))
    lignes = "\n".join(f"{t.get('horodatage')} {t.get('utilisateur')} {t.get('action')}" for t in traces)
    essai.bilan.joindre(f"traces-{nom}.txt", "trace/log", lignes.encode(), f"journal du logiciel pour « {nom} »")


@then(parse("l'autorisation sur le DMP du patient « {nom} » a été positionnée comme il le fallait"))
def autorisation_juste(essai: Essai, nom: str) -> None:
    """Positionnée si elle manquait ou avait expiré, et seulement alors, entre le test d'existence et la consultation."""
    echanges = retirer(essai, f"consultation {nom}", list)
    essai.bilan.constater(autorisation_posee(echanges, opposition=False))


@then(
    motif(
        r"les demandes (?P<qui>du professionnel|d'un autre professionnel) au DMP portent l'identifiant national affiché dans son compte$"
    )
)
def identifiant_porte(essai: Essai, qui: str) -> None:
    role = "biologiste_1" if qui == "du professionnel" else "biologiste_2"
    attendu = contexte(essai, role=role)
    demandes = [e for e in retirer(essai, f"demandes {role}", list) if e.operation.startswith("TD")]
    vihfs = [(e, vihf) for e in demandes if (vihf := vihf_de(e)) is not None]
    if not vihfs:
        raise NonConcluant(f"aucune demande {qui} au DMP avec un VIHF lisible")
    for echange, vihf in vihfs:
        essai.bilan.constater(identifiant_transmis(vihf, attendu, (echange.numero,)))


@then("les deux comptes affichent des identifiants nationaux différents")
def identifiants_distincts(essai: Essai) -> None:
    """Condition de l'essai : un identifiant commun ne prouverait rien."""
    if identifiant_national(essai, "biologiste_1") == identifiant_national(essai, "biologiste_2"):
        raise NonConcluant("les deux comptes de biologistes affichent le même identifiant national")


# ------------------------------------------------------------------------- liste
def _noms(texte: str) -> list[str]:
    return [nom.strip("« »").strip() for nom in texte.replace(" et ", ", ").split(", ")]


@then(motif(r"la liste montre (?P<noms>(?:« [^»]+ »(?:, | et )?)+), et rien d'autre$"))
def liste_exacte(essai: Essai, noms: str) -> None:
    """Les uniqueId montrés, comparés au registre du DMP."""
    entrees = entrees_du_dmp(essai)
    attendus = [entrees[nom].unique_id for nom in _noms(noms)]
    montres = retirer(essai, "liste", list)
    essai.bilan.constater(liste_dmp.liste_montree(montres, attendus, noms))
    fiches = {entree.unique_id: entree.fiche for entree in entrees.values()}
    essai.bilan.constater(liste_dmp.metadonnees_montrees(montres, fiches))


@then("des filtres sur les informations des documents sont proposés")
def filtres_proposes(essai: Essai) -> None:
    essai.bilan.constater(liste_dmp.filtres_proposes(retirer(essai, "filtres", list)))


@when(parse("{qui} cherche dans le DMP du patient « {nom} »"))
def chercher(essai: Essai, qui: str, nom: str, datatable: Table) -> None:
    """Recherche multicritère ; le tableau (critère, valeur) est ce que l'utilisateur saisit."""
    criteres, demandes = _criteres(datatable)
    echanges, reponse = _consulter(essai, nom, vocabulaire.role(qui), criteres=criteres)
    _exiger_consultation(essai, nom, echanges, reponse)
    essai.releves["critères demandés"] = demandes


def _criteres(datatable: Table) -> tuple[dict[str, Any], CriteresDemandes]:
    criteres: dict[str, Any] = {}
    for ligne in vocabulaire.table(datatable):
        valeur = ligne["valeur"]
        match ligne["critère"]:
            case "type":
                criteres["type_code"] = [f"{type_code(genre)}^^{LOINC}" for genre in valeur.split(", ")]
            case "classe":
                criteres["classe"] = [f"{code}^^{SYSTEME_CLASSE}" for code in valeur.split(", ")]
            case "cadre d'exercice":
                criteres["cadre_exercice"] = [f"{CADRES[cadre]}^^{SYSTEME_CADRE}" for cadre in valeur.split(", ")]
            case "acte du":
                criteres["date_acte_du"] = jour(valeur).isoformat()
            case "acte au":
                criteres["date_acte_au"] = jour(valeur).isoformat()
            case autre:
                raise vocabulaire.PhraseInconnue(f"critère de recherche inconnu dans la feature : {autre!r}")
    return criteres, CriteresDemandes(
        type_code=tuple(criteres.get("type_code", ())),
        classe=tuple(criteres.get("classe", ())),
        cadre_exercice=tuple(criteres.get("cadre_exercice", ())),
        date_acte_du=_date(criteres, "date_acte_du"),
        date_acte_au=_date(criteres, "date_acte_au"),
    )


def _date(criteres: Mapping[str, Any], nom: str) -> date | None:
    return date.fromisoformat(str(criteres[nom])) if nom in criteres else None


@then("la demande faite au DMP porte ces critères, et eux seuls")
def criteres_portes(essai: Essai) -> None:
    """Un critère appliqué sur place, hors de la demande, ne fait pas une recherche dans le DMP."""
    demandes = retirer(essai, "critères demandés", CriteresDemandes)
    for echange in essai.echanges("dmp", "TD3.1"):
        essai.bilan.constater(criteres_transmis(echange, demandes))


# ----------------------------------------------------------------------- ouvrir
def ouvrir(essai: Essai, qui: str, patient: PatientEssai, nom: str) -> ReponseAction:
    """Ouvre un document semé dans le DMP."""
    unique_id = entrees_du_dmp(essai)[nom].unique_id
    return essai.jouer("lire_document_dmp", vocabulaire.role(qui), patient_id=patient.patient_id, unique_id=unique_id)


@when(parse("{qui} ouvre le document « {nom} » du DMP du patient « {patient} »"))
def ouvrir_document(essai: Essai, qui: str, nom: str, patient: str) -> None:
    reponse = ouvrir(essai, qui, essai.patient(patient), nom)
    essai.releves[f"ouvert {nom}"] = reponse
    juger_ouverture(essai, nom, reponse)


def juger_ouverture(essai: Essai, nom: str, reponse: ReponseAction) -> None:
    """Le contenu ouvert est, octet pour octet, celui de l'entrepôt."""
    entree = entrees_du_dmp(essai)[nom]
    essai.bilan.constater(
        liste_dmp.document_ouvert(
            entree.corps.sha256, reponse.donnees.get("contenu_sha256"), entree.fiche.title, reponse.en_phrase()
        )
    )


@then(parse("chacun des documents de la liste du patient « {nom} » peut être ouvert"))
def tous_ouverts(essai: Essai, nom: str) -> None:
    patient = essai.patient(nom)
    montres = {str(d.get("unique_id")) for d in retirer(essai, "liste", list)}
    choisis = [cle for cle, entree in entrees_du_dmp(essai).items() if entree.unique_id in montres]
    if not choisis:
        raise NonConcluant("la liste ne montre aucun document du DMP à ouvrir")
    for cle in choisis:
        juger_ouverture(essai, cle, ouvrir(essai, "le professionnel", patient, cle))


# -------------------------------------------------------------------- conformité
@then("les consultations du DMP suivent le guide d'intégration")
def consultations_conformes(essai: Essai) -> None:
    """Toutes les demandes au DMP du scénario : transport, VIHF, droit vérifié, requêtes."""
    essai.bilan.constater(verifier_consultation(essai.echanges("dmp", tout=True), contexte(essai)))


@then("les consultations se font en authentification indirecte renforcée")
def consultations_en_air(essai: Essai) -> None:
    essai.bilan.constater(consultation_en_air(essai.echanges("dmp", tout=True)))

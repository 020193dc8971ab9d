"""Étapes du DMP vues de l'écran : requête en attente, accès web-PS, documents préchargés ou intégrés."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as DelaiDepasse
from datetime import UTC, datetime
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.socle.echange import Echange
from simulators.socle.pannes import PanneArmee
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, regler
from steps.etapes.dmp_commun import delai_d_observation, type_code
from steps.etapes.dmp_consultation import juger_ouverture
from steps.etapes.dmp_deposes import entrees_du_dmp, jour
from steps.releves import retirer
from steps.verifications import documents_conserves
from steps.verifications import dossier_acces_web as regles_web
from steps.verifications import dossier_consultation as regles
from steps.verifications.dmp.sequence import OPPOSITION, appel_web_ps

_DELAI_URL_S = 10.0


# -------------------------------------------------------------- requête en attente
@given("un DMP qui tarde à répondre aux recherches")
def dmp_lent(essai: Essai) -> None:
    """Le DMP retient sa réponse jusqu'à ce que le scénario la libère."""
    panne = essai.banc.dmp.panne("retenue", operation="TD3.1")
    essai.releves["retenue"] = panne
    essai.a_la_fin(panne.liberer)


@when(parse("le professionnel lance une recherche dans le DMP du patient « {nom} »"))
def lancer_recherche(essai: Essai, nom: str) -> None:
    """L'étape s'achève quand le DMP a reçu la demande et la retient."""
    patient = essai.patient(nom)
    # Une action qui attendrait son tour devant l'adaptateur ferait croire le logiciel figé.
    essai.exiger_simultane("consulter_dmp", "lire_patient", "lister_documents", "modifier_patient")
    requete = essai.jouer_en_fond("consulter_dmp", "biologiste_1", patient_id=patient.patient_id)
    essai.releves["requête"] = requete
    panne: PanneArmee = retirer(essai, "retenue", PanneArmee)
    if not panne.attendre_jouee(5 * delai_d_observation(essai)):
        dit = requete.result(essai.logiciel.delai_s).en_phrase() if requete.done() else "pas encore répondu"
        matricule = patient.reference.matricule_ins
        essai.bilan.exiger(regles.consultation_faite(essai.echanges("dmp"), matricule, dit))
        raise NonConcluant("la recherche n'a pas été retenue par le DMP simulé")


@when(parse("pendant ce temps deux utilisateurs travaillent sur la fiche du patient « {nom} »"))
def travailler(essai: Essai, nom: str) -> None:
    """Trois actions sans rapport avec le DMP, dont une par le même utilisateur et une qui écrit."""
    patient = essai.patient(nom)
    requete: Future[Any] = retirer(essai, "requête", Future)
    actions: list[tuple[str, str, str, dict[str, Any]]] = [
        ("ouvrir une fiche", "lire_patient", "biologiste_1", {}),
        ("lister des documents", "lister_documents", "biologiste_2", {}),
        ("modifier une fiche", "modifier_patient", "agent_accueil", {"modifications": {"telephone": "0199009911"}}),
    ]
    issues: dict[str, str] = {}
    for libelle, action, role, parametres in actions:
        tache = essai.jouer_en_fond(action, role, patient_id=patient.patient_id, **parametres)
        try:
            issues[libelle] = tache.result(5 * delai_d_observation(essai)).resultat
        except DelaiDepasse:
            issues[libelle] = "sans réponse"
            break
    essai.releves["actions pendant"] = issues
    essai.releves["requête encore en cours"] = not requete.done()


@when("la réponse du DMP arrive")
def reponse_arrive(essai: Essai) -> None:
    panne: PanneArmee = retirer(essai, "retenue", PanneArmee)
    panne.liberer()
    requete: Future[Any] = retirer(essai, "requête", Future)
    try:
        essai.releves["réponse à la requête"] = requete.result(essai.logiciel.delai_s)
    except DelaiDepasse:
        essai.releves["réponse à la requête"] = None


@then("ces actions ont abouti sans attendre le DMP")
def actions_faites(essai: Essai) -> None:
    if not essai.releves.get("requête encore en cours"):
        raise NonConcluant("la recherche s'est achevée avant les autres actions : rien n'est prouvé")
    essai.bilan.constater(regles.actions_pendant_requete(retirer(essai, "actions pendant", dict)))


@then(parse("la recherche aboutit et montre les documents du patient « {nom} »"))
def recherche_aboutie(essai: Essai, nom: str) -> None:
    reponse = essai.releves.get("réponse à la requête")
    matricule = essai.patient(nom).reference.matricule_ins
    semes = sum(e.fiche.patient_id.startswith(matricule) for e in entrees_du_dmp(essai).values())
    if reponse is None:
        essai.bilan.constater(regles.requete_aboutie("echec", 0, semes, "sans réponse"))
        return
    montres = len(reponse.donnees.get("documents", []))
    essai.bilan.constater(regles.requete_aboutie(reponse.resultat, montres, semes, reponse.en_phrase()))


# ------------------------------------------------------------------ accès web-PS
@when(motif(r"(?P<qui>.+?) ouvre l'accès web au DMP, page (?P<page>du patient « [^»]+ »|du tableau de bord)$"))
def ouvrir_web(essai: Essai, qui: str, page: str) -> None:
    """Appel contextuel ; si le logiciel rend l'adresse sans l'ouvrir, le banc l'ouvre comme le ferait un navigateur."""
    nom = page.removeprefix("du patient « ").removesuffix(" »") if "patient" in page else ""
    parametres = {"patient_id": essai.patient(nom).patient_id} if nom else {}
    fonction = "DossierPatient" if nom else "TableauDeBord"
    reponse = essai.jouer("ouvrir_acces_web_ps", vocabulaire.role(qui), fonction=fonction, **parametres)
    vus = _pages_ouvertes(essai)
    url = str(reponse.donnees.get("url") or "")
    if not vus and reponse.fait and url:
        _naviguer(essai, url)
        vus = _pages_ouvertes(essai)
    essai.releves[f"web {nom or 'tableau de bord'}"] = (fonction, vus, reponse)


def _pages_ouvertes(essai: Essai) -> list[Echange]:
    return essai.echanges("dmp", "TD0.9")


def _naviguer(essai: Essai, url: str) -> None:
    """Seule l'adresse du portail simulé est ouverte."""
    if not url.startswith(essai.banc.dmp.adresses()["url_web_ps"]):
        return
    tls = ssl.create_default_context(cafile=str(essai.banc.igc.racines_pem))
    try:
        with urllib.request.urlopen(url, timeout=_DELAI_URL_S, context=tls) as page:
            page.read()
    except urllib.error.URLError as erreur:
        raise NonConcluant(f"le banc n'a pas pu ouvrir {url} : {erreur}") from erreur


@then(motif(r"le portail reçoit l'appel de la page (?P<page>du patient « [^»]+ »|du tableau de bord)$"))
def page_appelee(essai: Essai, page: str) -> None:
    nom = page.removeprefix("du patient « ").removesuffix(" »") if "patient" in page else ""
    fonction, vus, reponse = retirer(essai, f"web {nom or 'tableau de bord'}", tuple)
    essai.bilan.exiger(regles_web.page_ouverte([e.numero for e in vus], fonction, reponse.en_phrase()))
    matricule = essai.patient(nom).reference.matricule_ins if nom else ""
    essai.bilan.constater(appel_web_ps(vus[-1], fonction, matricule))
    essai.releves.setdefault("pages ouvertes", []).append(vus[-1].numero)


@then(parse("aucune page n'est appelée pour le patient « {nom} », dont l'INS n'est pas qualifiée"))
def page_refusee(essai: Essai, nom: str) -> None:
    _, vus, reponse = retirer(essai, f"web {nom}", tuple)
    matricule = essai.patient(nom).reference.matricule_ins
    siens = [e.numero for e in vus if matricule in e.requete.cible]
    temoins = essai.releves.get("pages ouvertes", [])
    essai.bilan.constater(regles_web.page_empechee(siens, reponse.resultat, temoins=temoins))


# --------------------------------------------------------------- préchargement
@when("l'administrateur règle le préchargement des documents du DMP")
def regler_prechargement(essai: Essai, datatable: Table) -> None:
    """Le tableau (réglage, valeur) : « durée (heures) », « type », « acte depuis »."""
    reglage = {ligne["réglage"]: ligne["valeur"] for ligne in vocabulaire.table(datatable)}
    heures = int(reglage["durée (heures)"])
    valeur = {
        "actif": True,
        "duree_heures": heures,
        "types": [type_code(reglage["type"])] if "type" in reglage else [],
        "depuis": jour(reglage["acte depuis"]).isoformat() if "acte depuis" in reglage else None,
    }
    regler(essai, "prechargement_dmp", valeur)
    essai.releves["durée de stockage"] = heures


@when(motif(r"le professionnel précharge les documents des patients (?P<noms>(?:« [^»]+ »(?:, | et )?)+)$"))
def precharger(essai: Essai, noms: str) -> None:
    patients = [nom.strip("« »").strip() for nom in noms.replace(" et ", ", ").split(", ")]
    essai.releves["instant du préchargement"] = datetime.now(UTC)
    reponse = essai.jouer(
        "precharger_dmp", "biologiste_1", patients=[essai.patient(nom).patient_id for nom in patients]
    )
    essai.releves["préchargement"] = (essai.echanges("dmp"), list(reponse.donnees.get("precharges", [])), reponse)
    essai.releves.setdefault("consultations", []).extend(essai.echanges("dmp"))


@then(motif(r"les documents préchargés sont (?P<noms>(?:« [^»]+ »(?:, | et )?)+), gardés le temps réglé$"))
def precharges(essai: Essai, noms: str) -> None:
    echanges, annonces, _ = retirer(essai, "préchargement", tuple)
    attendus = [
        entrees_du_dmp(essai)[nom.strip("« »").strip()].unique_id for nom in noms.replace(" et ", ", ").split(", ")
    ]
    essai.bilan.constater(
        documents_conserves.documents_precharges(echanges, [str(p.get("unique_id")) for p in annonces], attendus)
    )
    essai.bilan.constater(
        documents_conserves.duree_appliquee(
            [str(p.get("expire_le")) for p in annonces],
            retirer(essai, "durée de stockage", int),
            retirer(essai, "instant du préchargement", datetime),
        )
    )


@then(parse("rien n'est préchargé pour le patient « {nom} », opposé à la consultation"))
def rien_de_precharge(essai: Essai, nom: str) -> None:
    echanges, _, reponse = retirer(essai, "préchargement", tuple)
    matricule = essai.patient(nom).reference.matricule_ins
    essai.bilan.constater(
        regles.consultation_empechee(
            OPPOSITION,
            echanges,
            matricule,
            "préchargement malgré l'opposition",
            reponse.en_phrase(),
            temoins=echanges,
            interdites=("TD0.3",),
        )
    )


@then(
    motif(r"le document « (?P<nom>[^»]+) » ouvert (?P<ou>vient du stock|est redemandé au DMP, son temps étant passé)$")
)
def origine_du_document(essai: Essai, nom: str, ou: str) -> None:
    """Jugé sur les demandes que le DMP a reçues à l'ouverture."""
    reponse = essai.releves[f"ouvert {nom}"]
    essai.bilan.constater(
        documents_conserves.servi_depuis_le_stock(
            essai.echanges("dmp"),
            entrees_du_dmp(essai)[nom].unique_id,
            depuis_cache=reponse.donnees.get("depuis_cache"),
            attendu=ou == "vient du stock",
            recu=reponse.en_phrase(),
        )
    )
    juger_ouverture(essai, nom, reponse)


# ------------------------------------------------------------------ intégration
@when(
    motif(
        r"l'administrateur règle la conservation des documents du DMP sur (?P<jours>\d+) jours, (?P<archivage>avec|sans) archivage$"
    )
)
def regler_conservation(essai: Essai, jours: str, archivage: str) -> None:
    valeur = {"duree_jours": int(jours), "archivage": archivage == "avec"}
    regler(essai, "conservation_documents_dmp", valeur)
    essai.releves["conservation"] = valeur


@when(parse("le professionnel intègre au dossier du patient « {patient} » le document « {nom} » de son DMP"))
def integrer(essai: Essai, patient: str, nom: str) -> None:
    malade = essai.patient(patient)
    reponse = essai.jouer(
        "integrer_document_dmp",
        "biologiste_1",
        patient_id=malade.patient_id,
        unique_id=entrees_du_dmp(essai)[nom].unique_id,
    )
    document = reponse.donnees.get("document")
    document_id = str(document.get("document_id")) if isinstance(document, Mapping) else ""
    liste = essai.preparer("lister_documents", "biologiste_1", patient_id=malade.patient_id)
    essai.bilan.exiger(
        documents_conserves.document_au_dossier(
            document_id, list(liste.donnees.get("documents", [])), reponse.en_phrase()
        )
    )
    essai.releves[f"conservation {nom}"] = reponse.donnees.get("conservation") or {}


@then(parse("la conservation réglée s'applique au document « {nom} »"))
def conservation_appliquee(essai: Essai, nom: str) -> None:
    reglage = retirer(essai, "conservation", dict)
    fiche = entrees_du_dmp(essai)[nom].fiche
    essai.bilan.constater(
        documents_conserves.conservation_appliquee(
            retirer(essai, f"conservation {nom}", dict),
            jours=int(reglage["duree_jours"]),
            archivage=bool(reglage["archivage"]),
            instant=datetime.now(UTC),
            dates=[fiche.service_start_time, fiche.creation_time],
        )
    )

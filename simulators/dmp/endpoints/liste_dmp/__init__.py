"""TD0.4 : liste des DMP sur lesquels le professionnel a une autorisation."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from simulators.dmp import erreurs
from simulators.dmp.appel import Appel, Endpoint, Resultat
from simulators.dmp.erreurs import Refus
from simulators.dmp.etat import Dossier
from simulators.dmp.xml import NS, nom_local, texte

ESPACE = NS["patients"]
_ACTION = "urn:si-dmp-patients:PatientSpecificEndPoint:patientList"
# Noms des dates de tri vus dans aucun texte : ceux-ci sont déduits, et toute autre valeur non vide est admise.
_PAR_AUTORISATION = ""


def _traiter(appel: Appel) -> Resultat:
    valeurs = {nom_local(e): texte(e) for e in appel.enveloppe.contenu.iter() if isinstance(e.tag, str)}
    debut = "".join(c for c in valeurs.get("startDate", "") if c.isdecimal())[:8]
    if valeurs.get("startDate") and len(debut) < 8:
        raise erreurs.service_invalide(f"startDate « {valeurs['startDate']} » : date attendue.")
    appel.noter("type_date", valeurs.get("dateType", _PAR_AUTORISATION))
    professionnel = appel.vihf.name_id
    appel.droits.exiger("TD0.4", appel.vihf, None)
    trouves = [
        dossier
        for dossier in appel.etat.dossiers()
        if dossier.autorisation(professionnel) == "VALIDE"
        and dossier.dates_autorisation.get(professionnel, "99991231") >= debut
    ]
    appel.noter("resultats", len(trouves))
    return _rendre("DMPOk", "", "".join(_patient(dossier, professionnel) for dossier in trouves))


def _patient(dossier: Dossier, professionnel: str) -> str:
    prenoms = " ".join(dossier.prenoms)
    return (
        f"<patient><ins>{escape(dossier.ins.cx)}</ins><nom>{escape(dossier.nom)}</nom><prenoms>{escape(prenoms)}</prenoms>"
        f"<statut>{dossier.statut}</statut>"
        f"<dateAutorisation>{dossier.dates_autorisation.get(professionnel, '')}</dateAutorisation></patient>"
    )


def _refuser(appel: Appel, refus: Sequence[Refus]) -> Resultat:
    ligne, message = appel.table.rendre(refus[0])
    return _rendre(ligne.code, message, "")


def _rendre(statut: str, contexte: str, patients: str) -> Resultat:
    corps = (
        f'<patientListResponse xmlns="{ESPACE}"><output><status>{escape(statut)}</status>'
        f"<context>{escape(contexte)}</context>{patients}</output></patientListResponse>"
    )
    return Resultat(corps, codes=(statut,))


ENDPOINT = Endpoint(
    service="patientsSpecific",
    operation="TD0.4",
    action=_ACTION,
    action_reponse=f"{_ACTION}Response",
    racine=(ESPACE, "patientList"),
    traiter=_traiter,
    refuser=_refuser,
)

"""TD0.3 : le professionnel ajoute ou retire son autorisation d'accès au DMP du patient."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from simulators.dmp import erreurs
from simulators.dmp.appel import Appel, Endpoint, Resultat
from simulators.dmp.erreurs import Refus
from simulators.dmp.xml import NS, nom_local, texte

ESPACE = NS["habilitations"]
_ACTION = "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization"


def _traiter(appel: Appel) -> Resultat:
    valeurs = {nom_local(e): texte(e) for e in appel.enveloppe.contenu.iter() if isinstance(e.tag, str)}
    action, role = valeurs.get("action", ""), valeurs.get("role", "")
    appel.noter("action", action)
    if action not in ("AJOUT", "SUPPRESSION"):
        raise erreurs.service_invalide(f"action « {action} » : AJOUT ou SUPPRESSION attendu.")
    if role not in ("", "MEDECIN_TRAITANT"):
        raise erreurs.service_invalide(f"role « {role} » inconnu.")
    if role:
        appel.noter("role", role)
    dossier = appel.dossier()
    if dossier is None:
        raise erreurs.service_dossier_inconnu()
    if dossier.ferme:
        raise erreurs.service_dossier_ferme()
    appel.droits.exiger("TD0.3", appel.vihf, dossier)
    appel.etat.autoriser(
        dossier,
        appel.vihf.name_id,
        ajout=action == "AJOUT",
        traitant=bool(role),
        date=appel.maintenant.strftime("%Y%m%d%H%M%S"),
    )
    return _rendre("DMPOk", "")


def _refuser(appel: Appel, refus: Sequence[Refus]) -> Resultat:
    ligne, message = appel.table.rendre(refus[0])
    return _rendre(ligne.code, message)


def _rendre(statut: str, contexte: str) -> Resultat:
    corps = (
        f'<setAuthorizationResponse xmlns="{ESPACE}"><output><status>{escape(statut)}</status>'
        f"<context>{escape(contexte)}</context></output></setAuthorizationResponse>"
    )
    return Resultat(corps, codes=(statut,))


ENDPOINT = Endpoint(
    service="habilitations",
    operation="TD0.3",
    action=_ACTION,
    action_reponse=f"{_ACTION}Response",
    racine=(ESPACE, "setAuthorization"),
    traiter=_traiter,
    refuser=_refuser,
)

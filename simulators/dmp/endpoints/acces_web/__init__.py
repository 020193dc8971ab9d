"""TD0.9 : accès web-PS contextuel. L'URL et l'INS sont consignés ; la page se nomme elle-même comme un essai."""

from __future__ import annotations

import re
from html import escape

from simulators.dmp.appel import PageWeb
from simulators.dmp.etat import EtatDMP
from simulators.socle.serveur import RequeteRecue

PREFIXE = "/AccesDirect"
_SANS_INS = frozenset({"TableauDeBord", "Parametrages"})
_AVEC_INS = frozenset(
    {
        "TableauDeBord",
        "DossierPatient",
        "GestionDMPPatient",
        "Documents",
        "ParcoursDeSoins",
        "HistoriqueAcces",
        "VolontesEtDroits",
        "CarnetVaccination",
    }
)
_MATRICULE = re.compile(r"^[0-9AB]{13,15}$")


def _traiter(requete: RequeteRecue, etat: EtatDMP) -> bytes:
    fonction, _, ins = requete.chemin.removeprefix(f"{PREFIXE}/").strip("/").partition("/")
    requete.noter("fonction", fonction)
    requete.noter("url", f"{requete.port.url}{requete.cible}")
    if ins:
        requete.noter("matricule", ins)
    if requete.certificat_client is not None:
        requete.noter("certificat", requete.certificat_client.subject.rfc4514_string())
    refus = _refus(fonction, ins, etat)
    requete.noter("code", "erreur" if refus else "page")
    if refus:
        requete.noter("refus", refus)
        return _page("Accès impossible", f'{refus} <a href="{PREFIXE}/TableauDeBord">Tableau de bord</a>')
    dossier = f" — patient {escape(ins)}" if ins else ""
    return _page(f"{escape(fonction)}{dossier}", "Le logiciel a bien ouvert cette page.")


def _refus(fonction: str, ins: str, etat: EtatDMP) -> str:
    if fonction not in _SANS_INS | _AVEC_INS:
        return "Page inconnue."
    if not ins:
        return "" if fonction in _SANS_INS else "INS du patient absent de l'adresse."
    if fonction not in _AVEC_INS or not _MATRICULE.match(ins):
        return "Adresse mal formée."
    if fonction == "TableauDeBord":
        return ""
    dossier = etat.dossier(ins)
    if dossier is None:
        return "Aucun DMP pour ce patient."
    return "Ce DMP est fermé." if dossier.ferme else ""


def _page(titre: str, texte: str) -> bytes:
    return (
        '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>DMP de test</title></head>'
        f"<body><p><strong>Serveur de test du banc SONS : ce n'est pas le DMP.</strong></p><h1>{titre}</h1>"
        f"<p>{texte}</p></body></html>"
    ).encode()


PAGE = PageWeb("TD0.9", PREFIXE, _traiter)

"""Documents de sortie avant validation : préremplis, corrigés, destinataires montrés, liste de travail."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from reportlab.pdfgen import canvas

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications import documents_sortie as d
from steps.verifications.compte_rendu.destinataires import Destinataire, liste_modifiee
from tests.verifications.cda.fabrique import cda, corps_n1
from tests.verifications.compte_rendu.test_destinataires import ANNE, JEAN, SERVICE, nommee
from tests.verifications.compte_rendu.test_destinataires import cda as entete

OUI, NON, VOIR, RIEN = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER, Verdict.NON_CONCLUANT
MOTIF = {"rubrique": "motif", "texte": "Œdème aigu pulmonaire"}
ARRET = {"rubrique": "traitement_arrete", "texte": "AMLODIPINE, arrêtée devant des œdèmes"}
SORTIE = {"rubrique": "sortie", "texte": "le 17/11/2026, retour à domicile"}
SAISIS = [MOTIF, ARRET, SORTIE]
AUTRE = {"rubrique": "motif", "texte": "Cholécystite lithiasique"}


def _sections(*textes: str) -> list[dict[str, str]]:
    return [{"titre": f"Rubrique {rang}", "texte": texte} for rang, texte in enumerate(textes)]


_TEXTES = [e["texte"] for e in SAISIS]
TOUT = _sections(*_TEXTES)
ENTETE = entete(nommee(ANNE), nommee(JEAN))


def _n1(*lignes: str) -> bytes:
    tampon = io.BytesIO()
    page = canvas.Canvas(tampon)
    for rang, ligne in enumerate(lignes):
        page.drawString(72, 760 - 18 * rang, ligne)
    page.save()
    return cda("N1", corps=corps_n1(tampon.getvalue()))


def _montre(qui: Destinataire, adresse: str | None = None) -> dict[str, str]:
    return {
        "nom": qui.nom, "prenom": qui.prenom, "rpps": qui.rpps,
        "adresse_mss": qui.adresse_mss if adresse is None else adresse,
    }  # fmt: skip


def _correction(*lignes: str, correction: str = "Angor instable") -> Constat:
    return d.correction_validee(_n1(*lignes), correction, "Douleur thoracique", "DURAND", "« lettre »")


_PLUS_PRECIS = "Douleur thoracique d'effort"
DOSES = [
    {"rubrique": "traitement", "texte": "Paracétamol le matin"},
    {"rubrique": "sortie", "texte": "Paracétamol au coucher"},
]
MAJUSCULES = replace(ANNE, adresse_mss=ANNE.adresse_mss.upper())


CAS: dict[str, tuple[Callable[[], Constat], Verdict]] = {
    "tout est repris": (lambda: d.preremplis(TOUT, SAISIS, "« l »"), OUI),
    "repris en un seul texte": (lambda: d.preremplis(_sections(" ; ".join(_TEXTES)), SAISIS, ""), OUI),
    "repris en d'autres mots": (
        lambda: d.preremplis(_sections(MOTIF["texte"], "Arrêt : amlodipine", SORTIE["texte"]), SAISIS, "« l »"), VOIR,
    ),
    "une saisie oubliée": (lambda: d.preremplis(_sections(MOTIF["texte"], SORTIE["texte"]), SAISIS, "« l »"), NON),
    "une saisie oubliée, dont un mot est à une autre": (
        lambda: d.preremplis(_sections(DOSES[0]["texte"]), DOSES, "« l »"), NON,
    ),
    "rien de prérempli": (lambda: d.preremplis([], SAISIS, "« l »"), NON),
    "rien de relevé": (lambda: d.preremplis(None, SAISIS, "« l »"), RIEN),
    "rien de saisi": (lambda: d.preremplis(TOUT, [], "« l »"), RIEN),
    "ses seules saisies": (lambda: d.rien_d_un_autre(TOUT, SAISIS, [AUTRE], "« l »"), OUI),
    "la saisie d'un autre": (
        lambda: d.rien_d_un_autre([*TOUT, *_sections(AUTRE["texte"])], SAISIS, [AUTRE], "« l »"), NON,
    ),
    "ni les siennes ni d'autres": (lambda: d.rien_d_un_autre([], SAISIS, [AUTRE], "« l »"), RIEN),
    "maquette suivie": (lambda: d.maquette_suivie("fait", "", _sections(MOTIF["texte"]), [MOTIF], [SORTIE], ""), OUI),
    "maquette ignorée": (lambda: d.maquette_suivie("fait", "", TOUT, [MOTIF], [SORTIE], "« l »"), NON),
    "maquette refusée": (lambda: d.maquette_suivie("refuse", "refusé", TOUT, [MOTIF], [SORTIE], "« l »"), NON),
    "maquette hors de l'adaptateur": (lambda: d.maquette_suivie("non_gere", "", TOUT, [MOTIF], [SORTIE], ""), VOIR),
    "plus rien de prérempli": (lambda: d.maquette_suivie("fait", "", [], [MOTIF], [SORTIE], "« l »"), RIEN),
    "correction relue": (lambda: d.correction_gardee("fait", "", _sections("Angor", "Repos"), "Angor", ""), OUI),
    "correction perdue": (lambda: d.correction_gardee("fait", "", TOUT, "Angor instable", "« l »"), NON),
    "champ verrouillé": (lambda: d.correction_gardee("refuse", "verrouillé", None, "Angor instable", "« l »"), NON),
    "document non relu": (lambda: d.correction_gardee("fait", "", None, "Angor instable", "« l »"), RIEN),
    "correction validée": (lambda: _correction("DURAND", "Motif : Angor instable"), OUI),
    "texte d'origine revenu": (lambda: _correction("DURAND", "Motif : Douleur thoracique"), NON),
    "ni l'un ni l'autre": (lambda: _correction("DURAND", "Motif : bilan"), NON),
    "correction plus précise": (lambda: _correction("DURAND", f"Motif : {_PLUS_PRECIS}", correction=_PLUS_PRECIS), OUI),
    "correction plus précise, à côté de l'ancienne": (
        lambda: _correction("DURAND", f"{_PLUS_PRECIS} ; douleur thoracique", correction=_PLUS_PRECIS), NON,
    ),
    "les deux textes": (lambda: _correction("DURAND", "Douleur thoracique", "Angor instable"), NON),
    "rien ne s'extrait": (_correction, VOIR),
    "CDA illisible": (lambda: d.correction_validee(b"<a/>", "a", "b", "c", "« l »"), RIEN),
    "chacun son adresse": (lambda: d.adresses_montrees([_montre(ANNE), _montre(JEAN)], (ANNE, JEAN), "« l »"), OUI),
    "un destinataire de plus": (lambda: d.adresses_montrees([_montre(ANNE), _montre(JEAN)], (ANNE,), "« l »"), OUI),
    "adresse saisie en capitales": (lambda: d.adresses_montrees([_montre(ANNE)], (MAJUSCULES,), "« l »"), OUI),
    "sans adresse": (lambda: d.adresses_montrees([_montre(ANNE, ""), _montre(JEAN)], (ANNE, JEAN), "« l »"), NON),
    "l'adresse d'un autre": (
        lambda: d.adresses_montrees([_montre(ANNE, JEAN.adresse_mss), _montre(JEAN)], (ANNE, JEAN), "« l »"), NON,
    ),
    "aucun destinataire montré": (lambda: d.adresses_montrees([], (ANNE, JEAN), "« l »"), NON),
    "un correspondant non prévu": (lambda: d.adresses_montrees([_montre(ANNE)], (ANNE, JEAN), "« l »"), VOIR),
    "liste non relevée": (lambda: d.adresses_montrees(None, (ANNE,), "« l »"), RIEN),
    "liste modifiée": (lambda: liste_modifiee(ENTETE, (ANNE, JEAN), (SERVICE,), "« l »"), OUI),
    "retiré encore nommé": (lambda: liste_modifiee(ENTETE, (ANNE,), (JEAN,), "« l »"), NON),
    "ajouté absent": (lambda: liste_modifiee(ENTETE, (ANNE, SERVICE), (), "« l »"), NON),
    "liste vidée": (lambda: liste_modifiee(ENTETE, (), (ANNE,), "« l »"), RIEN),
}  # fmt: skip


@pytest.mark.parametrize(("constater", "attendu"), CAS.values(), ids=CAS)
def test_document_prepare(constater: Callable[[], Constat], attendu: Verdict) -> None:
    assert constater().verdict is attendu


MONTRES = [{"document_id": "P1", "statut": "en_cours"}, {"document_id": "P2", "statut": "a_valider"}]
ATTENDUS = {"P1": "en_cours", "P2": "a_valider"}
ATTENTE: dict[str, tuple[Callable[[], Constat], Verdict]] = {
    "chaque document et son statut": (lambda: d.attente_montree(MONTRES, ATTENDUS, "la liste"), OUI),
    "d'autres documents en plus": (lambda: d.attente_montree(MONTRES, {"P1": "en_cours"}, "la liste"), OUI),
    "un document absent": (lambda: d.attente_montree(MONTRES[:1], ATTENDUS, "la liste"), NON),
    "un autre statut": (lambda: d.attente_montree(MONTRES, {"P1": "a_valider"}, "la liste"), NON),
    "sans statut": (lambda: d.attente_montree([{"document_id": "P1"}], {"P1": "en_cours"}, "la liste"), NON),
    "liste non relevée": (lambda: d.attente_montree(None, ATTENDUS, "la liste"), RIEN),
    "les siens seuls": (lambda: d.attente_filtree(MONTRES[:1], ["P1"], ["P2"], "la liste"), OUI),
    "un autre aussi": (lambda: d.attente_filtree(MONTRES, ["P1"], ["P2"], "la liste"), NON),
    "aucun des siens": (lambda: d.attente_filtree([], ["P1"], ["P2"], "la liste"), RIEN),
    "validé sorti": (lambda: d.valide_sorti(MONTRES[:1], "P2", ["P1"]), OUI),
    "validé resté": (lambda: d.valide_sorti(MONTRES, "P2", ["P1"]), NON),
    "liste vide": (lambda: d.valide_sorti([], "P2", ["P1"]), RIEN),
}


@pytest.mark.parametrize(("constater", "attendu"), ATTENTE.values(), ids=ATTENTE)
def test_liste_de_travail(constater: Callable[[], Constat], attendu: Verdict) -> None:
    assert constater().verdict is attendu

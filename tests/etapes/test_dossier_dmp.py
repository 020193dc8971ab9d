"""Règles sur les envois au DMP et la reprise : un exemple respecté et un exemple enfreint pour chacune."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from simulators.dmp.ebrim import APPROVED, DELETED, DEPRECATED
from steps.verifications import dossier_acces_web as web
from steps.verifications import dossier_dmp as d
from steps.verifications import dossier_reprise as r
from steps.verifications import suivi_dmp
from steps.verifications.dmp import DocumentSoumis, documents_soumis
from tests.verifications.cda.fabrique import cda
from tests.verifications.constats import en_liste
from tests.verifications.dmp import fabrique as f

_NOTICE = (
    "Ouvrez le dossier du patient, choisissez le document envoyé au DMP, puis « Supprimer du DMP » et confirmez. " * 2
)
_MONTRES = [
    {"document_id": "A", "etat_dmp": "alimente", "visible_utilisateur": True},
    {"document_id": "B", "etat_dmp": "echec", "visible_utilisateur": True},
]
_SODIUM = {"code": "2951-2", "libelle": "Sodium", "valeur": "140", "unite": "mmol/L"}
_ANALYSES = [{"code": "718-7", "valeur": "13.4"}]

Exemple = Callable[[], Constat | Sequence[Constat]]


def _soumis() -> DocumentSoumis:
    [document] = documents_soumis([f.alimentation()])
    return document


CONFORMES: dict[str, Exemple] = {
    "DOS-ENVOI-01": lambda: d.envoi_observe(d.R_ENVOI_AUTOMATIQUE, _soumis(), "lettre", "fait"),
    "DOS-ENVOI-05": lambda: d.envoyes_exactement(["a"], ["a"]),
    "DOS-ENVOI-06": lambda: d.envoi_empeche([], "refuse", temoins=[3], quoi="bilan"),
    "DOS-REGISTRE-01": lambda: suivi_dmp.version_en_vigueur({"1": DEPRECATED, "2": APPROVED}, "1", "2"),
    "DOS-REGISTRE-02": lambda: suivi_dmp.document_supprime(
        {"1": APPROVED, "2": APPROVED}, {"1": DELETED, "2": APPROVED}, ["1"], "fait"
    ),
    "DOS-NOTICE-01": lambda: suivi_dmp.documentation_de_la_suppression("Suppression", _NOTICE),
    "DOS-ETAT-03": lambda: suivi_dmp.code_montre("XDSRegistryBusy", ["Refus (code XDSRegistryBusy)"], None, (3,)),
    "DOS-ETAT-01": lambda: suivi_dmp.etats_montres(_MONTRES, {"A": True, "B": False}),
    "DOS-REPRISE-02": lambda: r.selection_respectee(["a"], ["a"], {"b": "décédé"}, "fait"),
    "DOS-REPRISE-03": lambda: r.rien_envoye([], ["a"], ["a"]),
    "DOS-REPRISE-04": lambda: r.type_applique("a", "CR", "11488-4", "11488-4", 1),
    "DOS-REPRISE-05": lambda: r.vitesse_reglee(4, 4.0),
    "DOS-INDICATEUR-01": lambda: r.indicateur_juste(
        {"numerateur": 1, "denominateur": 2},
        {"numerateur": 2, "denominateur": 4, "pourcentage": 50.0},
        numerateur=1,
        denominateur=2,
    ),
    "DOS-INDICATEUR-02": lambda: r.formule_montree("séjours dont un document est au DMP / séjours"),
    "DOS-WEB-01": lambda: web.page_ouverte([4], "DossierPatient", "fait"),
    "DOS-WEB-02": lambda: web.page_empechee([], "refuse", temoins=[4]),
}

FAUTIFS: dict[str, tuple[str, Exemple]] = {
    "rien n'arrive": ("DOS-ENVOI-01", lambda: d.envoi_observe(d.R_ENVOI_AUTOMATIQUE, None, "lettre", "fait")),
    "N3 au lieu de N1": (
        "DOS-ENVOI-02",
        lambda: d.contenu_recu_envoye(_soumis(), type_code="11490-0", matricule="1", repere="x"),
    ),
    "un document de trop": ("DOS-ENVOI-05", lambda: d.envoyes_exactement(["a", "b"], ["a"])),
    "envoi sans INS qualifiée": ("DOS-ENVOI-06", lambda: d.envoi_empeche([5], "fait", temoins=[3], quoi="bilan")),
    "complet dit partiel": (
        "DOS-CRBIO-01",
        lambda: d.compte_rendu_envoye(_soumis(), partiel=True, analyses=_ANALYSES),
    ),
    "résultat absent": (
        "DOS-CRBIO-02",
        lambda: d.compte_rendu_envoye(_soumis(), partiel=False, analyses=[{"code": "718-7", "valeur": "99.77"}]),
    ),
    "ancienne version en vigueur": (
        "DOS-REGISTRE-01",
        lambda: suivi_dmp.version_en_vigueur({"1": APPROVED, "2": APPROVED}, "1", "2"),
    ),
    "suppression locale": (
        "DOS-REGISTRE-02",
        lambda: suivi_dmp.document_supprime({"1": APPROVED}, {"1": APPROVED}, ["1"], "fait"),
    ),
    "un autre supprimé aussi": (
        "DOS-REGISTRE-02",
        lambda: suivi_dmp.document_supprime(
            {"1": APPROVED, "2": APPROVED}, {"1": DELETED, "2": DELETED}, ["1"], "fait"
        ),
    ),
    "documentation vide": ("DOS-NOTICE-01", lambda: suivi_dmp.documentation_de_la_suppression("Supprimer du DMP", "")),
    "refus montré comme envoyé": ("DOS-ETAT-01", lambda: suivi_dmp.etats_montres(_MONTRES, {"A": False, "B": False})),
    "état invisible": (
        "DOS-ETAT-02",
        lambda: suivi_dmp.etats_montres(
            [{**m, "visible_utilisateur": False} for m in _MONTRES], {"A": True, "B": False}
        ),
    ),
    "décédé envoyé": ("DOS-REPRISE-01", lambda: r.selection_respectee(["a", "b"], ["a"], {"b": "décédé"}, "fait")),
    "décédé tenté": ("DOS-REPRISE-01", lambda: r.selection_respectee(["a"], ["a"], {"b": "décédé"}, "", tentes=["b"])),
    "retenu non envoyé": ("DOS-REPRISE-02", lambda: r.selection_respectee(["c"], ["c", "a"], {}, "fait")),
    "type par défaut": ("DOS-REPRISE-04", lambda: r.type_applique("a", "CR", "11488-4", "11502-2", 1)),
    "vitesse oubliée": ("DOS-REPRISE-05", lambda: r.vitesse_reglee(4, None)),
    "pourcentage faux": (
        "DOS-INDICATEUR-01",
        lambda: r.indicateur_juste(
            {}, {"numerateur": 1, "denominateur": 2, "pourcentage": 100}, numerateur=1, denominateur=2
        ),
    ),
    "séjour sans antécédent compté": (
        "DOS-INDICATEUR-01",
        lambda: r.indicateur_juste(
            {}, {"numerateur": 1, "denominateur": 3, "pourcentage": 33.3}, numerateur=1, denominateur=2
        ),
    ),
    "portail non appelé": ("DOS-WEB-01", lambda: web.page_ouverte([], "DossierPatient", "fait")),
    "portail ouvert sans INS qualifiée": ("DOS-WEB-02", lambda: web.page_empechee([7], "fait", temoins=[4])),
}

SANS_PREUVE: dict[str, Exemple] = {
    "aucun envoi témoin": lambda: d.envoi_empeche([], "refuse", temoins=[], quoi="bilan"),
    "document absent du DMP": lambda: suivi_dmp.document_supprime({}, {}, ["1"], "fait"),
    "reprise qui n'envoie rien": lambda: r.selection_respectee([], ["a"], {"b": "décédé"}, "fait")[1],
    "aucune page témoin": lambda: web.page_empechee([], "refuse", temoins=[]),
}


@pytest.mark.parametrize("code", CONFORMES)
def test_exemple_respecte(code: str) -> None:
    """L'exemple respecté ne donne que des constats conformes, dont celui de la règle."""
    constats = en_liste(CONFORMES[code]())
    assert {c.verdict for c in constats} == {Verdict.CONFORME}
    assert code in {c.code for c in constats}


@pytest.mark.parametrize("nom", FAUTIFS)
def test_exemple_enfreint(nom: str) -> None:
    """L'exemple enfreint est non conforme par la règle attendue, avec ce qui était attendu et reçu."""
    code, juger = FAUTIFS[nom]
    fautes = [c for c in en_liste(juger()) if c.verdict is Verdict.NON_CONFORME]
    assert code in {c.code for c in fautes}
    assert all(c.attendu and c.recu and c.a_faire for c in fautes)


@pytest.mark.parametrize("nom", SANS_PREUVE)
def test_sans_controle_positif(nom: str) -> None:
    """Sans contrôle positif, le silence ne prouve rien : non concluant."""
    assert {c.verdict for c in en_liste(SANS_PREUVE[nom]())} == {Verdict.NON_CONCLUANT}


def test_simulation_qui_envoie() -> None:
    """Une simulation qui envoie ne vaut qu'« à vérifier » : aucun texte ne l'interdit."""
    assert [c.verdict for c in r.rien_envoye([3], ["a"], ["a"])] == [Verdict.A_VERIFIER]


def test_code_masque() -> None:
    """Un code d'erreur non montré ne vaut qu'« à vérifier » : le guide n'a été lu que par un tiers."""
    assert suivi_dmp.code_montre("XDSRegistryBusy", ["Échec"], None, (3,)).verdict is Verdict.A_VERIFIER


def test_compte_rendu_complet() -> None:
    """Le compte rendu complet de la fabrique porte son type, son niveau et son statut."""
    constats = d.compte_rendu_envoye(_soumis(), partiel=False, analyses=[_SODIUM, {**_SODIUM, "valeur": None}])
    assert {c.verdict for c in constats} == {Verdict.CONFORME}


@pytest.mark.parametrize(
    ("analyse", "verdict"),
    [
        ({"valeur": "140.0"}, Verdict.CONFORME),
        ({"valeur": "140,0"}, Verdict.CONFORME),
        ({"valeur": "14"}, Verdict.NON_CONFORME),
        # Cette valeur et ce code se lisent dans le document (OID, LOINC), pas dans une même observation.
        ({"valeur": "2"}, Verdict.NON_CONFORME),
        ({"code": "11502-2", "libelle": "Autre"}, Verdict.NON_CONFORME),
        ({"unite": "g/dL"}, Verdict.NON_CONFORME),
        ({"code": "2947-0"}, Verdict.A_VERIFIER),
        ({"valeur": None}, Verdict.NON_CONCLUANT),
    ],
)
def test_resultat_du_compte_rendu(analyse: dict[str, str | None], verdict: Verdict) -> None:
    """La valeur et l'unité sont celles de l'observation de ce code ; sans résultat validé, rien n'est prouvé."""
    constats = d.compte_rendu_envoye(_soumis(), partiel=False, analyses=[{**_SODIUM, **analyse}])
    assert [(c.code, c.verdict) for c in constats] == [
        ("DOS-CRBIO-01", Verdict.CONFORME),
        ("DOS-CRBIO-02", verdict),
    ]


def test_resultats_d_un_autre_code_et_un_absent() -> None:
    """Un résultat absent n'est pas excusé par un autre, structuré sous un autre code."""
    analyses = [{**_SODIUM, "code": "2947-0"}, {**_SODIUM, "code": "718-7", "libelle": "Hémoglobine"}]
    assert d.compte_rendu_envoye(_soumis(), partiel=False, analyses=analyses)[1].verdict is Verdict.NON_CONFORME


def test_statut_et_niveau_du_compte_rendu() -> None:
    """Un complet n'est pas un partiel ; un N1 n'est pas structuré et n'a aucun résultat."""
    assert d.compte_rendu_envoye(_soumis(), partiel=True, analyses=[_SODIUM])[0].verdict is Verdict.NON_CONFORME
    [n1] = documents_soumis([f.alimentation(f.Alimentation(document=cda("N1")))])
    verdicts = [c.verdict for c in d.compte_rendu_envoye(n1, partiel=False, analyses=[_SODIUM])]
    assert verdicts == [Verdict.NON_CONFORME, Verdict.NON_CONFORME]


@pytest.mark.parametrize(
    "constat",
    [
        lambda: r.formule_montree("a / b"),
        lambda: suivi_dmp.documentation_de_la_suppression("Retirer un envoi", "Cliquez sur Retirer, puis confirmez."),
    ],
)
def test_mots_non_reconnus(constat: Exemple) -> None:
    """Un texte montré dont le banc ne reconnaît pas les mots n'est pas fautif : une personne le lit."""
    assert [x.verdict for x in en_liste(constat())] == [Verdict.A_VERIFIER]


def test_formule_sans_sigle() -> None:
    """Le DMP se nomme aussi en toutes lettres, et le séjour, une venue."""
    constat = r.formule_montree("Venues déposées au dossier médical partagé / venues")
    assert constat.verdict is Verdict.CONFORME

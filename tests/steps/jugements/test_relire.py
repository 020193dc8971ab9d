"""`relire` : une campagne juste est confirmée, et chaque falsification est nommée."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.constat import Confiance, Regle
from reports.verdict import Verdict
from steps.__main__ import main
from steps.verifications.appels_psc import appels_authentifies, mode_trace
from steps.verifications.cda.controle import sans_redite
from tests.steps.jugements.dossier import COURRIEL, Campagne, modifier_journal, modifier_verdicts

REGLE = Regle("ESSAI-REL-01", "règle d'essai", "essai", Confiance.OFFICIELLE, "rien")


@pytest.fixture
def campagne(tmp_path: Path) -> Campagne:
    """Une campagne dont trois vérifications sont jugées."""
    return Campagne.ouvrir(tmp_path / "campagne")


Relire = Callable[[Path], tuple[int, dict[str, Any]]]


@pytest.fixture
def relire(capsys: pytest.CaptureFixture[str]) -> Relire:
    """La commande, en JSON : code de sortie et résultat."""

    def commande(dossier: Path) -> tuple[int, dict[str, Any]]:
        code = main(["relire", str(dossier), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return commande


def ecarts(lu: dict[str, Any]) -> str:
    """Tout ce que la relecture dit d'anormal, en un texte."""
    propres = [ecart for scenario in lu["scenarios"] for ecart in scenario["ecarts"]]
    return json.dumps([*propres, *lu["anomalies"]], ensure_ascii=False)


def raisons(lu: dict[str, Any]) -> str:
    """Ce qui n'a pas pu être refait, et pourquoi, en un texte."""
    return json.dumps([n for scenario in lu["scenarios"] for n in scenario["non_rejoues"]], ensure_ascii=False)


def test_une_campagne_juste_est_confirmee(campagne: Campagne, relire: Relire) -> None:
    """Tout est refait, tout est identique : code 0, et les comptes le disent."""
    code, lu = relire(campagne.fermer())
    assert (code, lu["bon"], lu["recalcules"], lu["identique"], lu["jugements"], lu["constats"]) == (
        0,
        True,
        1,
        1,
        3,
        3,
    )


def test_un_manquement_constate_se_refait_aussi(campagne: Campagne, relire: Relire) -> None:
    """Un verdict non conforme est confirmé comme un autre ; ce qu'une étape a posé elle-même est compté."""
    campagne.juger(lambda: mode_trace([{"mode": "carte"}], "dmp"))
    campagne.bilan.echouer(Verdict.A_VERIFIER, "une pièce à joindre")
    code, lu = relire(campagne.fermer())
    (scenario,) = lu["scenarios"]
    assert (code, scenario["verdict_recalcule"], scenario["constats_poses"]) == (0, "non_conforme", 1)


def test_le_terminal_dit_tout_en_francais(campagne: Campagne, capsys: pytest.CaptureFixture[str]) -> None:
    """Comptes, versions et conclusion se lisent sans JSON."""
    assert main(["relire", str(campagne.fermer())]) == 0
    sortie = capsys.readouterr().out
    assert "Recalculés : 1 verdict de machine, 3 jugements, 3 constats" in sortie
    assert "Tous les verdicts de machine ont été refaits et sont identiques." in sortie


# ------------------------------------------------------------------ verdicts et constats
def _adoucir(resultat: dict[str, Any]) -> None:
    """Un manquement réécrit en conforme, et le verdict avec lui."""
    for constat in resultat["constats"]:
        if constat["verdict"] == "non_conforme":
            constat["verdict"] = "conforme"
    resultat["verdict"] = "conforme"


def _retirer(resultat: dict[str, Any]) -> None:
    resultat["constats"] = [c for c in resultat["constats"] if c["verdict"] != "non_conforme"]
    resultat["verdict"] = "conforme"


def _oublier(resultat: dict[str, Any]) -> None:
    _retirer(resultat)
    resultat["jugements"] = resultat["jugements"][:-1]


def _confier(resultat: dict[str, Any]) -> None:
    """Le verdict d'une machine donné pour celui d'une personne, que rien ne permettrait de refaire."""
    _retirer(resultat)
    resultat["moyen"] = "personne"


@pytest.mark.parametrize(
    ("modifier", "dit"),
    [
        (_adoucir, "verdict : non_conforme"),
        (_retirer, "le verdict ne porte aucun manquement"),
        (_oublier, "n'est cité par aucun verdict"),
        (_confier, "le verdict ne porte aucun manquement"),
    ],
)
def test_un_manquement_efface_du_verdict_est_retrouve(
    campagne: Campagne, relire: Relire, modifier: Callable[[dict[str, Any]], None], dit: str
) -> None:
    """Réécrit, retiré ou privé de son jugement, même chaîne recalculée et verdicts.json accordé : relire le nomme."""
    campagne.juger(lambda: mode_trace([{"mode": "carte"}], "dmp"))
    dossier = campagne.fermer()
    modifier_journal(dossier, "verdict", modifier, rechainer=True)
    modifier_verdicts(dossier, modifier)
    code, lu = relire(dossier)
    assert code == 1 and dit in ecarts(lu)


def test_un_constat_modifie_dit_attendu_recu_ou(campagne: Campagne, relire: Relire) -> None:
    """Un seul champ changé : l'écart dit ce champ, les deux valeurs, le rang du constat et le jugement."""
    dossier = campagne.fermer()

    def embellir(resultat: dict[str, Any]) -> None:
        resultat["constats"][1]["recu"] = "99 appel(s)"

    modifier_journal(dossier, "verdict", embellir, rechainer=True)
    modifier_verdicts(dossier, embellir)
    code, lu = relire(dossier)
    (ecart,) = lu["scenarios"][0]["ecarts"]
    assert code == 1
    assert ecart["attendu"] == "recalculé : reçu : 1 appel(s)" and ecart["recu"] == "écrit : reçu : 99 appel(s)"
    assert "constat n° 2" in ecart["ou"] and "appels_psc:appels_authentifies" in ecart["ou"]


def test_un_constat_conforme_sans_jugement_est_une_anomalie(campagne: Campagne, relire: Relire) -> None:
    """Un constat conforme que rien ne rend n'est jamais admis : seule une vérification rend conforme."""
    campagne.bilan.constater(REGLE.respectee())
    code, lu = relire(campagne.fermer())
    assert code == 1 and "aucun jugement cité ne le rend" in ecarts(lu)


def test_un_verdict_modifie_dans_le_journal(campagne: Campagne, relire: Relire) -> None:
    """Un verdict que ses propres constats contredisent est vu."""
    campagne.juger(lambda: mode_trace([{"mode": "carte"}], "dmp"))
    code, lu = relire(campagne.fermer(verdict=Verdict.CONFORME))
    assert code == 1 and "verdict du scénario" in ecarts(lu)
    assert lu["scenarios"][0]["verdict_recalcule"] == "non_conforme"


@pytest.mark.parametrize(
    ("modifier", "champ"),
    [
        (lambda r: r.update(verdict="non_conforme"), "« verdict »"),
        (lambda r: r.update(moyen="personne"), "« moyen »"),
        (lambda r: r["constats"].pop(), "« constats »"),
        (lambda r: r.update(jugements=[]), "« jugements »"),
        (lambda r: r.update(scenario="S.02"), "scénario S.02"),
    ],
)
def test_un_verdicts_json_modifie_est_nomme(
    campagne: Campagne, relire: Relire, modifier: Callable[[dict[str, Any]], None], champ: str
) -> None:
    """verdicts.json contredit le journal : l'écart dit le scénario et le champ."""
    dossier = campagne.fermer()
    modifier_verdicts(dossier, modifier)
    code, lu = relire(dossier)
    assert code == 1 and champ in ecarts(lu) and lu["identique"] == 1


# ------------------------------------------------------------------ corps, arguments, chaîne
def test_un_corps_modifie_est_nomme(campagne: Campagne, relire: Relire) -> None:
    """Les octets d'un message jugé ont changé sur le disque : le jugement ne se refait pas, et l'on sait quel corps."""
    dossier = campagne.fermer()
    sha256 = hashlib.sha256(COURRIEL).hexdigest()
    (dossier / "corps" / sha256[:2] / sha256).write_bytes(COURRIEL.replace(b"un@", b"deux@"))
    code, lu = relire(dossier)
    assert code == 1 and f"corps {sha256} : contenu modifié" in raisons(lu)


def test_le_corps_d_un_echange_modifie_est_nomme(campagne: Campagne, relire: Relire) -> None:
    """De même pour le corps d'un échange qu'une vérification relit, et la chaîne le dit aussi."""
    dossier = campagne.fermer()
    sha256 = hashlib.sha256(b"<lot/>").hexdigest()
    (dossier / "corps" / sha256[:2] / sha256).write_bytes(b"<LOT/>")
    code, lu = relire(dossier)
    assert code == 1 and sha256 in raisons(lu) and sha256 in ecarts(lu)


def test_un_argument_modifie_change_le_jugement(campagne: Campagne, relire: Relire) -> None:
    """Ce qu'une vérification a reçu a été changé : le constat écrit ne sort plus de son jugement."""
    dossier = campagne.fermer()

    def changer(jugement: dict[str, Any]) -> None:
        texte = json.dumps(jugement).replace("Pro Sant\\u00e9 Connect", "carte")
        jugement.update(json.loads(texte))

    modifier_journal(dossier, "jugement", changer, rechainer=True)
    code, lu = relire(dossier)
    assert code == 1 and "constat PSC-APP-02" in ecarts(lu)


def test_un_journal_modifie_sans_refaire_la_chaine(campagne: Campagne, relire: Relire) -> None:
    """La chaîne rompue est dite, avec le numéro de l'enregistrement."""
    dossier = campagne.fermer()
    modifier_journal(dossier, "scenario_fin", lambda donnees: donnees.update(ajout=1), rechainer=False)
    code, lu = relire(dossier)
    assert code == 1 and "empreinte attendue" in ecarts(lu)


@pytest.mark.parametrize(
    ("code_hostile", "dit"),
    [
        ({"@": "objet", "classe": "subprocess:Popen", "champs": [["args", ["touch", "pris"]]]}, "subprocess:Popen"),
        ({"@": "octets", "corps": "../../../../etc/passwd", "taille": 9}, "empreinte de corps attendue"),
        ({"@": "echange", "numero": 1}, "pas d'échange numéro 1"),
        ({"@": "lu", "par": "os:system", "octets": "x"}, "lecture 'os:system' inconnue"),
    ],
)
def test_un_argument_hostile_ne_s_execute_pas(
    campagne: Campagne, relire: Relire, code_hostile: dict[str, Any], dit: str
) -> None:
    """Une classe hors de la liste blanche, un chemin, un numéro qui n'est pas un échange : refus nommé, code 1."""
    dossier = campagne.fermer()

    def empoisonner(jugement: dict[str, Any]) -> None:
        jugement["arguments"]["positionnels"][0] = code_hostile

    modifier_journal(dossier, "jugement", empoisonner, rechainer=True)
    code, lu = relire(dossier)
    assert code == 1 and dit in raisons(lu) and lu["non_rejouable"] == 1


@pytest.mark.parametrize(
    "nom", ["os:system", "steps.conduite:choisir_dossier", "steps.verifications.registre:verification", "x", ""]
)
def test_une_verification_qui_n_en_est_pas_une_n_est_pas_appelee(campagne: Campagne, relire: Relire, nom: str) -> None:
    """Un jugement ne peut nommer qu'une vérification marquée de ce banc."""
    dossier = campagne.fermer()
    modifier_journal(dossier, "jugement", lambda donnees: donnees.update(verification=nom), rechainer=True)
    code, lu = relire(dossier)
    assert code == 1 and "n'est pas" in raisons(lu)


# ------------------------------------------------------------------ ce qui n'a pas pu être refait, versions, illisible
def test_un_jugement_non_rejouable_est_compte_et_dit(campagne: Campagne, relire: Relire) -> None:
    """Un argument que le journal n'a pas pu garder empêche de confirmer le scénario : jamais tu."""
    campagne.juger(lambda: sans_redite([REGLE.respectee()], []))
    code, lu = relire(campagne.fermer())
    assert code == 1 and lu["non_rejouable"] == 1 and "reports.constat:Constat" in raisons(lu)


def test_un_jugement_cite_qui_manque_est_dit(campagne: Campagne, relire: Relire) -> None:
    """Un verdict qui cite un enregistrement d'une autre sorte n'est pas confirmé."""
    code, lu = relire(campagne.fermer(jugements=(1, *campagne.bilan.jugements)))
    assert code == 1 and "pas de jugement à ce numéro" in raisons(lu)


def test_des_verifications_changees_depuis_expliquent_la_difference(
    campagne: Campagne, capsys: pytest.CaptureFixture[str]
) -> None:
    """L'empreinte du code qui a jugé n'est pas celle du code qui relit : c'est dit, et que faire."""
    dossier = campagne.fermer(versions={"verifications": "0" * 64})
    assert main(["relire", str(dossier)]) == 0
    sortie = capsys.readouterr().out
    assert "ne sont pas celles qui ont jugé (0000000000000000)" in sortie and "À faire" in sortie


def test_un_jugement_non_retenu_conforme_ne_change_rien(campagne: Campagne, relire: Relire) -> None:
    """Une étape peut interroger une vérification sans retenir un constat qui n'est pas un manquement."""
    campagne.juger(lambda: appels_authentifies("dmp", []), constater=False)
    assert relire(campagne.fermer())[0] == 0


@pytest.mark.parametrize("contenu", [None, b"", b"PK\x03\x04 pas un dossier", b"\x00" * 4096])
def test_ce_qui_ne_se_lit_pas_donne_le_code_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], contenu: bytes | None
) -> None:
    """Absent, vide, zip tronqué, octets quelconques : un message, le code 3, pas de trace de pile."""
    chemin = tmp_path / "DOSSIER.zip"
    if contenu is not None:
        chemin.write_bytes(contenu)
    assert main(["relire", str(chemin)]) == 3
    assert "ne se lit pas" in capsys.readouterr().err


def _emboiter(resultat: dict[str, Any]) -> None:
    resultat["jugements"] = [[]]


def test_un_verdict_mal_forme_donne_le_code_3(campagne: Campagne, capsys: pytest.CaptureFixture[str]) -> None:
    """Des numéros de jugements qui n'en sont pas : message et code 3, pas de trace de pile."""
    dossier = campagne.fermer()
    modifier_journal(dossier, "verdict", _emboiter, rechainer=True)
    assert main(["relire", str(dossier)]) == 3
    assert "des numéros sont attendus" in capsys.readouterr().err


@pytest.mark.parametrize(
    "abimer",
    [
        lambda dossier: (dossier / "verdicts.json").write_text("{", encoding="utf-8"),
        lambda dossier: (dossier / "journal.sqlite").write_bytes(b"pas une base"),
        lambda dossier: (dossier / "journal.sqlite").unlink(),
    ],
)
def test_un_dossier_abime_donne_le_code_3(
    campagne: Campagne, capsys: pytest.CaptureFixture[str], abimer: Callable[[Path], object]
) -> None:
    """Un journal ou des verdicts illisibles : message et code 3."""
    dossier = campagne.fermer()
    abimer(dossier)
    assert main(["relire", str(dossier)]) == 3
    assert "ne se lit pas" in capsys.readouterr().err

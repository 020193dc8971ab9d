"""La trace du logiciel face au dialogue réel."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reports.constat import Constat
from steps.verifications.mssante import trace as regles
from steps.verifications.mssante.dialogue import sessions
from tests.verifications.mssante.fabrique_dialogues import BAL, Fil, envoi_normal, releve_normal

DEBUT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FIN = DEBUT + timedelta(minutes=5)
HEURE = "2026-01-05T10:01:00+01:00"
DEST = "dest@cabinet.formation.mssante.fr"
COMPTE = "alix"


def trace(action: str = "envoi", **champs: Any) -> dict[str, Any]:
    detail = {
        "bal": BAL,
        "operation": action,
        "demande": f"MAIL FROM:<{BAL}>, RCPT TO:<{DEST}>, DATA",
        "reponse": "250 2.0.0 ok",
        "message_id": "<m1@labo.formation.mssante.fr>",
    }
    detail |= {cle: champs.pop(cle) for cle in list(champs) if cle in detail}
    return {"horodatage": HEURE, "utilisateur": COMPTE, "action": action, "detail": detail} | champs


def refuse(code: int = 550) -> list[regles.Operation]:
    fil = Fil().ouvrir().chiffrer().identifier()
    fil.commande("MAIL", f"FROM:<{BAL}>")
    fil.commande("RCPT", f"TO:<{DEST}>", code, reponse=f"{code} 5.1.1 user unknown\r\n".encode())
    return regles.operations(sessions(fil.finir()))


ENVOI = regles.operations(sessions(envoi_normal()))
RELEVE = regles.operations(sessions(releve_normal()))


def verdicts(constats: Iterable[Constat]) -> dict[str, str]:
    return {c.code: c.verdict.value for c in constats}


def tracees(traces: list[dict[str, Any]], vues: list[regles.Operation]) -> list[str]:
    return [c.verdict.value for c in regles.operations_tracees(traces, vues, DEBUT, FIN)]


def contenu(traces: list[dict[str, Any]], vues: list[regles.Operation] = ENVOI) -> dict[str, str]:
    return verdicts(regles.contenu_des_traces(traces, vues, {COMPTE, "10000000001"}, DEBUT, FIN))


def test_operations_vues() -> None:
    """Un envoi accepté, un refusé, une relève : chacun avec sa réponse."""
    assert [(o.nature.value, o.statut) for o in (*ENVOI, *refuse(), *RELEVE)] == [
        ("envoi", 250),
        ("envoi", 550),
        ("consultation", 200),
    ]


@pytest.mark.parametrize("action", ["envoi", "Envoyer un courriel", "Émission SMTP", "message expédié", "X42"])
def test_envoi_trace(action: str) -> None:
    """Le genre se lit dans des mots libres ; un vocabulaire inconnu convient si le courriel y est désigné."""
    assert tracees([trace(action)], ENVOI) == ["conforme"]


def test_trace_absente() -> None:
    """Pas de trace, trace d'un autre message, trace d'un autre genre : traitement non tracé."""
    autre = trace(message_id="<autre@x>", demande="RCPT TO:<autre@x.fr>")
    for traces in ([], [autre], [trace("consultation", demande="SELECT INBOX")]):
        assert tracees(traces, ENVOI) == ["non_conforme"]
    assert tracees([trace()], RELEVE) == ["non_conforme"]
    assert tracees([trace("consultation", demande="UID FETCH 1", message_id="")], RELEVE) == ["conforme"]
    assert tracees([trace()], []) == ["non_concluant"]


def test_trace_sans_message_id() -> None:
    """Une trace d'envoi datée, sans Message-ID mais qui nomme le destinataire ou la BAL, suffit."""
    assert tracees([trace(message_id="")], ENVOI) == ["conforme"]
    assert tracees([trace(message_id="", demande="envoi d'un courriel")], ENVOI) == ["conforme"]
    vieille = trace(message_id="", demande="envoi d'un courriel", horodatage="2026-01-04T10:00:00+01:00")
    assert tracees([vieille], ENVOI) == ["non_conforme"]


def test_contenu_complet() -> None:
    """Une trace entière passe partout ; plusieurs traces, une par commande, ensemble aussi."""
    assert set(contenu([trace()]).values()) == {"conforme"}
    morceaux = [trace(demande="MAIL", reponse="250 ok"), trace(demande="DATA (120 octets)", reponse="250 ok")]
    assert set(contenu(morceaux).values()) == {"conforme"}


@pytest.mark.parametrize(
    ("champs", "code", "attendu"),
    [
        ({"utilisateur": ""}, "MSS-TRA-02", "non_conforme"),
        ({"utilisateur": "autre"}, "MSS-TRA-02", "non_conforme"),
        ({"utilisateur": "10000000001"}, "MSS-TRA-02", "conforme"),
        ({"horodatage": ""}, "MSS-TRA-03", "non_conforme"),
        ({"horodatage": "2026-01-05"}, "MSS-TRA-03", "non_conforme"),
        ({"horodatage": "2026-01-05T09:01:00Z"}, "MSS-TRA-03", "a_verifier"),
        ({"horodatage": "05/01/2026 10:01"}, "MSS-TRA-03", "conforme"),
        ({"action": "", "operation": ""}, "MSS-TRA-04", "non_conforme"),
        ({"demande": ""}, "MSS-TRA-05", "non_conforme"),
        ({"reponse": ""}, "MSS-TRA-06", "non_conforme"),
        ({"reponse": "remis au serveur"}, "MSS-TRA-06", "a_verifier"),
    ],
)
def test_contenu_defaillant(champs: dict[str, str], code: str, attendu: str) -> None:
    """Chaque champ manquant ou faux se voit dans sa règle, et dans elle seule."""
    vus = contenu([trace(**champs)])
    assert vus.pop(code) == attendu
    assert set(vus.values()) == {"conforme"}


def test_reponse_d_un_refus() -> None:
    """Le refus tracé avec son code ou son texte passe ; tracé favorablement, non ; autrement, à vérifier."""
    vues = refuse()

    def reponse(texte: str) -> str:
        return contenu([trace(reponse=texte)], vues)["MSS-TRA-06"]

    assert reponse("550 5.1.1 user unknown") == "conforme"
    assert reponse("user unknown") == "conforme"
    assert reponse("250 ok") == "non_conforme"
    assert reponse("refusé par l'opérateur") == "a_verifier"


def test_reponse_d_un_envoi_accepte() -> None:
    """Un envoi accepté dont la trace garde la réponse d'une autre commande : à vérifier, rien n'y est contraire."""
    assert contenu([trace(reponse="221 2.0.0 au revoir")])["MSS-TRA-06"] == "a_verifier"


@pytest.mark.parametrize(
    ("statut", "tracee", "attendu"),
    [
        (200, "OK FETCH completed", "conforme"),
        (200, "relève réussie, 3 messages", "conforme"),
        (200, "échec", "a_verifier"),
        (500, "NO [INUSE] boîte occupée", "conforme"),
        (500, "OK FETCH completed", "a_verifier"),
        (400, "BAD commande inconnue", "conforme"),
    ],
)
def test_reponse_d_une_releve(statut: int, tracee: str, attendu: str) -> None:
    """La réponse à une relève se trace par le mot d'IMAP ou ce qu'il veut dire ; le contraire se regarde."""
    fil = Fil("imap").ouvrir().chiffrer().identifier()
    fil.commande("UID FETCH", "1 (BODY.PEEK[])", statut)
    vues = regles.operations(sessions(fil.finir()))
    releve = trace("consultation", demande="UID FETCH 1", message_id="", reponse=tracee)
    assert contenu([releve], vues)["MSS-TRA-06"] == attendu


def test_releve_par_numeros_de_sequence() -> None:
    """FETCH ou UID FETCH, chacun seul : une relève est une consultation à tracer."""
    for verbe in ("FETCH", "UID FETCH"):
        fil = Fil("imap").ouvrir().chiffrer().identifier()
        fil.commande(verbe, "1 (BODY.PEEK[])")
        assert [o.nature for o in regles.operations(sessions(fil.finir()))] == [regles.Nature.CONSULTATION]


def test_reponse_d_une_coupure() -> None:
    """Sans réponse du serveur, dire l'échec suffit."""
    fil = Fil().ouvrir().chiffrer().identifier().envoyer(statut=None)
    vues = regles.operations(sessions(fil.finir(propre=False)))
    assert contenu([trace(reponse="pas de réponse")], vues)["MSS-TRA-06"] == "conforme"
    assert contenu([trace(reponse="")], vues)["MSS-TRA-06"] == "non_conforme"


def test_sans_contenu() -> None:
    """Le corps ne doit pas se lire dans les traces, où qu'il y soit ; sans message parti, rien n'est prouvé."""
    passages = ["Le résultat du prélèvement est prêt"]

    def verdict(traces: list[dict[str, Any]], transmis: list[bytes]) -> str:
        return regles.sans_contenu(traces, passages, transmis).verdict.value

    assert verdict([trace()], [b"x"]) == "conforme"
    assert verdict([trace(demande="DATA Le  résultat du prélèvement est prêt, merci")], [b"x"]) == "non_conforme"
    assert verdict([trace()], []) == "non_concluant"
    assert verdict([], [b"x"]) == "non_concluant"

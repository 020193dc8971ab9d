"""Ce que le journal ne garde pas d'une action, et les codes du banc."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from steps import totp
from steps.secrets_action import cacher

SECRET_RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""« 12345678901234567890 » : le secret des essais de la RFC 6238, annexe B."""


@pytest.mark.parametrize(
    ("secondes", "attendu"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_de_la_rfc(secondes: int, attendu: str) -> None:
    """Les six derniers chiffres de chaque exemple, secret écrit de plusieurs façons."""
    instant = datetime.fromtimestamp(secondes, UTC)
    assert totp.code(SECRET_RFC, totp.rang(instant)) == attendu
    groupes = " ".join(SECRET_RFC[rang : rang + 4].lower() for rang in range(0, 32, 4))
    assert totp.code(groupes, totp.rang(instant)) == attendu


def test_secret_illisible() -> None:
    """Un secret qui n'est pas du base32 est dit tel."""
    with pytest.raises(totp.SecretIllisible):
        totp.code("0189!", 1)


def test_les_secrets_d_une_action_sont_caches() -> None:
    """Codes, liens et secrets, à tout niveau ; les autres champs et les autres actions restent tels quels."""
    note = {
        "parametres": {"identifiant": "zoe", "second_facteur": {"type": "totp", "code": "287082"}},
        "donnees": {"dispositif": {"dispositif_id": "D1", "secret": SECRET_RFC}, "liste": [{"lien": "https://x/1"}]},
    }
    cache = cacher("ouvrir_session", note, lambda valeur: f"empreinte:{len(valeur)}")
    assert cache["parametres"] == {"identifiant": "zoe", "second_facteur": {"type": "totp", "code": "empreinte:6"}}
    assert cache["donnees"]["dispositif"] == {"dispositif_id": "D1", "secret": "empreinte:32"}
    assert cache["donnees"]["liste"] == [{"lien": "empreinte:11"}]
    analyses = {"parametres": {"analyses": [{"code": "718-7"}]}}
    assert cacher("valider_compte_rendu", analyses, str.upper) == analyses


def test_le_code_d_un_sms_est_cache() -> None:
    """Un message lu au téléphone de la personne : son texte reste, sans le code."""
    note = {"donnees": {"messages_recus": [{"texte": "Votre code est 402 817, ne le donnez à personne."}]}}
    (message,) = cacher("lire_messages_recus", note, lambda valeur: f"<{valeur}>")["donnees"]["messages_recus"]
    assert message["texte"] == "Votre code est <402817>, ne le donnez à personne."

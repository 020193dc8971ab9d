"""Fabrique d'avis : formes exactes, erreurs métier, originaux hostiles."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.mssante.avis import (
    ACTIONS,
    DISPOSITIONS,
    MOTIFS_MES,
    erreur_metier,
    fabriquer_dsn,
    fabriquer_mdn,
    fabriquer_mes_non_distribue,
    statut_mes,
    textes,
)
from tests.simulators.mssante.aides_avis import BAL, INSTANT, lire, rapport, recu

ADRESSE = "camille.traitant@cabinet.formation.mssante.fr"
ORIGINAL = recu(ADRESSE, Subject="XDM/1.0/DDM+CR ETE ANNE", Disposition_Notification_To=f"Alix <{BAL}>")
CITE = str(lire(ORIGINAL.octets)["Message-ID"])


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("entier", [False, True])
def test_dsn(action: str, entier: bool) -> None:
    """Trois parties, champs requis par la RFC 3464, original entier ou ses en-têtes."""
    octets = fabriquer_dsn(
        ORIGINAL, adresse=ADRESSE, action=action, entier=entier, mta="mss.cabinet.formation.mssante.fr",
        arrivee=INSTANT, instant=INSTANT + timedelta(hours=1), enveloppe="env+1",
    )  # fmt: skip
    avis, (general, sort), troisieme = rapport(octets, "delivery-status")
    assert (avis["Return-Path"], avis["To"], avis["Auto-Submitted"]) == ("<>", BAL, "auto-replied")
    assert general["Reporting-MTA"] == "dns; mss.cabinet.formation.mssante.fr"
    assert general["Original-Envelope-Id"] == "env+1"
    assert (sort["Final-Recipient"], sort["Action"]) == (f"rfc822; {ADRESSE}", action)
    classe = {"failed": "5", "delayed": "4"}.get(action, "2")
    assert re.fullmatch(rf"{classe}\.\d+\.\d+", str(sort["Status"]))
    assert bool(sort["Diagnostic-Code"]) is (action == "failed")
    assert general["Arrival-Date"] != sort["Last-Attempt-Date"]
    assert troisieme.get_content_type() == ("message/rfc822" if entier else "text/rfc822-headers")
    assert CITE in troisieme.as_string()


@pytest.mark.parametrize("disposition", DISPOSITIONS)
def test_mdn(disposition: str) -> None:
    """Trois parties, champs du volet, original entier, même objet, fil de conversation."""
    octets = fabriquer_mdn(ORIGINAL, adresse=ADRESSE, disposition=disposition)
    avis, (sort,), troisieme = rapport(octets, "disposition-notification")
    assert (avis["To"], avis["From"], avis["Subject"]) == (BAL, ADRESSE, "XDM/1.0/DDM+CR ETE ANNE")
    assert avis["In-Reply-To"] == avis["References"] == CITE
    assert sort["Disposition"] == f"automatic-action/MDN-sent-automatically; {disposition}"
    assert (sort["Original-Message-ID"], sort["Error"]) == (CITE, None)
    assert sort["Original-Recipient"] == sort["Final-Recipient"] == f"rfc822; {ADRESSE}"
    assert sort["Reporting-UA"] and troisieme.get_content_type() == "message/rfc822"
    assert ORIGINAL.octets in octets


@pytest.mark.parametrize("code", [*range(900, 907), 0, 100, 101, 102, 103, 198, 199, 200, 201, 202, 203, 207])
@pytest.mark.parametrize("ancienne", [False, True])
def test_mdn_erreur(code: int, ancienne: bool) -> None:
    """Un échec d'intégration : champ `Error` en ASCII, ou la forme d'avant dans `Disposition` ; l'objet le dit."""
    octets = fabriquer_mdn(ORIGINAL, adresse=ADRESSE, erreur=erreur_metier(code), ancienne_forme=ancienne)
    avis, (sort,), _ = rapport(octets, "disposition-notification")
    assert avis["Subject"] == f"[KO Intégration système !][{code}] XDM/1.0/DDM+CR ETE ANNE"
    disposition, erreur = str(sort["Disposition"]), str(sort["Error"] or "")
    if ancienne:
        assert f"; processed/Error: {code}^" in disposition and not erreur
    else:
        assert disposition.endswith("; processed/error") and erreur.startswith(f"{code}^") and erreur.isascii()
    assert textes()["erreurs"][str(code)] in avis.get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize("motif", MOTIFS_MES)
def test_mes(motif: str) -> None:
    """Chaque refus de Mon espace santé nomme l'adresse, va à l'émetteur et n'appelle pas de réponse."""
    adresse = "279035121518989@patient.mssante.fr"
    octets = fabriquer_mes_non_distribue(ORIGINAL, adresse=adresse, motif=motif, limite=26214400)
    avis = lire(octets)
    assert (avis["Return-Path"], avis["To"], avis["Auto-Submitted"]) == ("<>", BAL, "auto-replied")
    texte = avis.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert adresse in texte and "{" not in texte
    if motif == "trop_gros":
        assert "26214400" in texte and rapport(octets, "delivery-status")[1][1]["Status"] == statut_mes(motif)


@pytest.mark.parametrize(
    "appel",
    [
        lambda: fabriquer_dsn(ORIGINAL, adresse=ADRESSE, action="perdu"),
        lambda: fabriquer_mdn(ORIGINAL, adresse=ADRESSE, disposition="lu"),
        lambda: fabriquer_mes_non_distribue(ORIGINAL, adresse=ADRESSE, motif="autre"),
    ],
)
def test_mot_inconnu(appel: object) -> None:
    """Un mot hors de la norme est refusé, et ceux qui sont permis sont donnés."""
    with pytest.raises(ValueError, match="attendu"):
        appel()  # type: ignore[operator]


_VALEUR = st.text(max_size=60)
_BRUT = st.one_of(_VALEUR.map(str.encode), st.binary(max_size=60))


@given(_BRUT, _BRUT, _BRUT, st.binary(max_size=80))
def test_original_hostile(objet: bytes, identifiant: bytes, expediteur: bytes, corps: bytes) -> None:
    """Aucun original ne fait échouer la fabrique, ni n'ajoute d'en-tête à l'avis."""
    original = b"Subject: %b\r\nMessage-ID: %b\r\nFrom: %b\r\n\r\n%b" % (objet, identifiant, expediteur, corps)
    permis = {"return-path", "from", "to", "subject", "date", "message-id", "in-reply-to", "references"}
    permis |= {"auto-submitted", "mime-version", "content-type", "content-transfer-encoding"}
    for avis in (
        fabriquer_dsn(original, adresse=ADRESSE),
        fabriquer_mdn(original, adresse=ADRESSE, erreur=erreur_metier(906)),
        fabriquer_mes_non_distribue(original, adresse=ADRESSE, motif="ferme"),
    ):
        lu = message_from_bytes(avis)
        assert {nom.lower() for nom in lu} <= permis and len(lu.keys()) == len(set(lu.keys()))
        assert lu["Auto-Submitted"] == "auto-replied"

"""L'opérateur et le fournisseur d'identité : jetons de départ, jetons tenus pour fautifs, fin d'une session."""

from __future__ import annotations

import imaplib
import smtplib

import pytest

from tests.simulators.mssante.aides_smtp import APP, AUTRE_PER, ORG, PER, Montage, sous_tls, xoauth2


def _identifier(operateur: Montage, adresse: str, jeton: str) -> bytes:
    with sous_tls(operateur) as prise:
        return prise.dire(f"AUTH XOAUTH2 {xoauth2(adresse, jeton)}".encode())[:3]


def test_environnement(operateur: Montage) -> None:
    """Chaque BAL du laboratoire est donnée avec son jeton de rafraîchissement, toujours le même, sauf l'applicative."""
    bals = {str(bal["adresse"]): bal for bal in operateur.simulateur.bals()}
    assert list(bals) == [APP, ORG, PER, AUTRE_PER]
    assert [bals[adresse]["type"] for adresse in bals] == ["APP", "ORG", "PER", "PER"]
    assert bals[APP]["jeton_rafraichissement"] is None
    jetons = [bals[adresse]["jeton_rafraichissement"] for adresse in (ORG, PER, AUTRE_PER)]
    assert len(set(jetons)) == 3
    operateur.simulateur.remettre_a_zero()
    assert [bal["jeton_rafraichissement"] for bal in operateur.simulateur.bals()][1:] == jetons
    assert "jetons" not in operateur.simulateur.adresses()


@pytest.mark.parametrize("panne", ["jeton_expire", "jeton_autre_bal", "jeton_invalide"])
def test_pannes_de_jeton(operateur: Montage, panne: str) -> None:
    """Un jeton bon est tenu pour fautif, une fois."""
    jeton = operateur.jeton()
    operateur.simulateur.panne(panne, protocole="smtp")
    assert _identifier(operateur, PER, jeton) == b"334"
    assert _identifier(operateur, PER, jeton) == b"235"


def test_sans_fournisseur(operateur: Montage) -> None:
    """Un jeton que personne ne connaît est refusé."""
    assert _identifier(operateur, PER, "un-jeton-venu-de-nulle-part") == b"334"


def _imap(operateur: Montage, adresse: str, jeton: str) -> imaplib.IMAP4:
    client = imaplib.IMAP4("localhost", operateur.simulateur.adresses()["imap"]["port"], timeout=20)
    client.starttls(operateur.tls())
    client.authenticate("XOAUTH2", lambda defi: f"user={adresse}\x01auth=Bearer {jeton}\x01\x01".encode())
    return client


def test_fin_de_session(operateur: Montage) -> None:
    """La session finie ferme les connexions SMTP et IMAP que ses jetons ont ouvertes, et elles seules."""
    jeton, autre = (operateur.fournisseur.jeton_pour(operateur.bal(adresse)) for adresse in (PER, AUTRE_PER))
    session = f"s-{operateur.bal(PER).titulaire}"
    with operateur.connecte(AUTRE_PER, jeton=autre) as voisine, operateur.connecte(APP) as applicative:
        smtp, imap = operateur.connecte(PER, jeton=jeton), _imap(operateur, PER, jeton)
        operateur.fournisseur.terminer(session)
        operateur.simulateur.finir_session(session)
        operateur.fin("s3")
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError, OSError)):
            smtp.noop()
        with pytest.raises((imaplib.IMAP4.abort, OSError)):
            imap.noop()
        smtp.close()
        imap.shutdown()
        assert voisine.noop()[0] == applicative.noop()[0] == 250
    assert _identifier(operateur, PER, jeton) == b"334"
    assert operateur.echanges("AUTH")[-1].notes["jeton_session"] == session


def test_secrets_de_jetons(operateur: Montage) -> None:
    """Aucun jeton présenté n'est lisible au journal, connu ou non."""
    acces, etranger = operateur.jeton(), "jeton-d-un-vrai-service-9f2b7c"
    for jeton in (acces, etranger):
        _identifier(operateur, PER, jeton)
    ecrits = b"".join(f.read_bytes() for f in operateur.journal.dossier.rglob("*") if f.is_file())
    for secret in (acces, etranger):
        assert secret.encode() not in ecrits

"""Le relais de courriels, par smtplib : un client que nous n'avons pas écrit."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from simulators.courriels import SimulateurCourriels
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle, demarrer_socle

ALICE = "alice.durand@personnes.banc-sons.test"
BOB = "bob@example.org"


@dataclass(frozen=True)
class Montage:
    """Un relais monté, son journal, son IGC."""

    relais: SimulateurCourriels
    journal: JournalEchanges
    socle: Socle

    def client(self) -> smtplib.SMTP:
        """Un client connecté."""
        adresse = self.relais.adresses()
        return smtplib.SMTP(adresse["hote"], adresse["port"], timeout=10)


@pytest.fixture
def montage(tmp_path: Path) -> Iterator[Montage]:
    with JournalEchanges.creer(tmp_path / "campagne") as journal, demarrer_socle(journal, tmp_path / "ssl") as socle:
        relais = SimulateurCourriels(journal, socle.igc)
        relais.monter(socle.serveur)
        yield Montage(relais, journal, socle)


def _courriel(texte: str, *, a: str = ALICE, objet: str = "Votre code", html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "labo@labo.example", a, objet
    message.set_content(texte)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def test_un_courriel_arrive_et_se_lit(montage: Montage) -> None:
    """Remis dans la boîte du destinataire, sans casse, avec son texte et son code."""
    with montage.client() as client:
        client.send_message(_courriel("Bonjour,\nvotre code de vérification est 493 817.\nLe 22/11/2026 à 10:32."))
    recu = montage.relais.attendre(ALICE.upper())
    assert recu is not None and recu.codes == ("493817",)
    assert recu.expediteur == "labo@labo.example" and recu.objet == "Votre code"
    assert [c.numero for c in montage.relais.recus(ALICE)] == [recu.numero]
    assert montage.relais.recus(BOB) == []


def test_le_code_n_atteint_pas_le_journal(montage: Montage) -> None:
    """Le journal garde le message, son code et son lien sous leur empreinte, même encodés."""
    lien = "https://labo.example/activer?jeton=Zk81hQpT92vv"
    html = f'<p>Votre code : <b>802911</b>, ou <a href="{lien}">activez</a></p>'
    with montage.client() as client:
        client.send_message(_courriel("Votre code d'accès à usage unique, élève : 802911", html=html))
    recu = montage.relais.attendre(ALICE)
    assert recu is not None and recu.codes[0] == "802911" and recu.liens == (lien,)
    (echange,) = montage.journal.echanges("courriels", "message")
    octets = echange.requete.corps.octets
    assert b"802911" not in octets and b"Zk81hQpT92vv" not in octets
    assert montage.journal.empreinte_secret("802911").encode() in octets
    assert echange.notes["secrets_caches"] == "2" and echange.notes["chiffre"] == "non"
    assert not any(b"802911" in f.read_bytes() for f in montage.journal.dossier.rglob("*") if f.is_file())


def test_un_message_sans_secret_est_range_tel_quel(montage: Montage) -> None:
    """Octet pour octet, fins de ligne comprises."""
    texte = "Votre adresse a changé le 22/11/2026. Appelez le 01 99 00 12 34.\n"
    with montage.client() as client:
        client.send_message(_courriel(texte, objet="Votre compte a été modifié"))
    (echange,) = montage.journal.echanges("courriels", "message")
    (recu,) = montage.relais.recus(ALICE)
    assert recu.codes == () and echange.requete.corps.octets == recu.octets
    assert echange.notes["objet"] == "Votre compte a été modifié"


def test_starttls(montage: Montage) -> None:
    """Offert, et dit au journal quand il sert."""
    with montage.client() as client:
        client.ehlo()
        assert client.has_extn("starttls") and not client.has_extn("auth")
        client.starttls(context=montage.socle.igc.contexte_client())
        client.ehlo()
        assert not client.has_extn("auth")
        client.send_message(_courriel("bonjour", a=BOB))
    (echange,) = montage.journal.echanges("courriels", "message")
    assert echange.notes["chiffre"] == "oui" and echange.tls is not None and echange.tls.version.startswith("TLS")


def test_starttls_refuse_par_le_client(montage: Montage) -> None:
    """Un client qui ne connaît pas notre autorité laisse une trace."""
    import ssl

    client = montage.client()
    with pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(context=ssl.create_default_context())
    client.close()
    with montage.client() as suivant:
        suivant.noop()
    assert montage.journal.attendre_enregistrement(
        lambda e: e.donnees["service"] == "courriels", depuis=0, delai=5, type="poignee_refusee"
    )


def test_rien_ne_sort_des_domaines_d_essai(montage: Montage) -> None:
    """Un domaine qui pourrait exister est refusé, et le refus est au journal."""
    with montage.client() as client, pytest.raises(smtplib.SMTPRecipientsRefused):
        client.send_message(_courriel("bonjour", a="quelqu.un@gmail.com"))
    (refus,) = montage.journal.echanges("courriels", "refus")
    assert refus.notes["destinataire"] == "quelqu.un@gmail.com" and montage.relais.boites.adresses() == []


def test_attendre_est_eveille_par_l_arrivee(montage: Montage) -> None:
    """Un courriel qui arrive plus tard réveille l'attente ; sans courriel, None au bout du délai."""
    trouves: list[object] = []
    fil = threading.Thread(target=lambda: trouves.append(montage.relais.attendre(BOB, depuis=1, delai=10)))
    with montage.client() as client:
        client.send_message(_courriel("premier", a=BOB))
        fil.start()
        client.send_message(_courriel("second", a=BOB))
    fil.join(10)
    assert [getattr(c, "texte", "").strip() for c in trouves] == ["second"]
    assert montage.relais.attendre(BOB, depuis=2, delai=0) is None
    montage.relais.remettre_a_zero()
    assert montage.relais.recus(BOB) == []


def test_un_matricule_reel_arrete_la_campagne(montage: Montage) -> None:
    """Même caché dans une pièce en base64."""
    message = _courriel("bonjour")
    message.add_attachment(
        b"<id root='1.2.250.1.213.1.4.8' extension='255069900123456'/>", maintype="application", subtype="xml"
    )
    with montage.client() as client, pytest.raises(smtplib.SMTPDataError):
        client.send_message(message)
    assert montage.journal.etat.value == "arrete"


def test_arret_pendant_une_connexion(tmp_path: Path) -> None:
    """Un client qui garde sa connexion n'empêche pas l'arrêt, et n'y laisse rien d'ouvert."""
    with JournalEchanges.creer(tmp_path / "campagne") as journal, demarrer_socle(journal, tmp_path / "ssl") as socle:
        relais = SimulateurCourriels(journal, socle.igc)
        relais.monter(socle.serveur)
        adresse = relais.adresses()
        clair = smtplib.SMTP(adresse["hote"], adresse["port"], timeout=10)
        chiffre = smtplib.SMTP(adresse["hote"], adresse["port"], timeout=10)
        chiffre.starttls(context=socle.igc.contexte_client())
        chiffre.send_message(_courriel("bonjour"))
    for client in (clair, chiffre):
        with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
            client.rset()
        client.close()

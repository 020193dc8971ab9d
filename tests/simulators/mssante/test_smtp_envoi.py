"""L'envoi : enveloppe, DSN, tailles, message octet pour octet, garde des matricules réels, pannes de soumission."""

from __future__ import annotations

import base64
import contextlib
import io
import smtplib
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP as POLITIQUE
from typing import Any

import pytest

from simulators.mssante.etat import Bal, MessageRecu
from simulators.mssante.reglages import Reglages
from simulators.socle.identites import OID_INS_NIR, par_cas
from simulators.socle.journal import EtatJournal, JournalArrete
from tests.simulators.mssante.aides_smtp import (
    CONFRERE,
    CONFRERE_2,
    CONFRERE_3,
    MESSAGE,
    PER,
    USAGER,
    Montage,
    Prise,
    identifiee,
)

INCONNU = "199019999999937"
"""Matricule plausible qui n'est celui d'aucune identité de test."""


def _enveloppe(prise: Prise, *destinataires: str, mail: str = "") -> list[bytes]:
    reponses = [prise.dire(f"MAIL FROM:<{PER}>{mail}".encode())]
    return reponses + [prise.dire(f"RCPT TO:<{adresse}>".encode()) for adresse in destinataires]


def _envoyer(prise: Prise, *destinataires: str, message: bytes = MESSAGE) -> bytes:
    _enveloppe(prise, *destinataires)
    assert prise.dire(b"DATA").startswith(b"354")
    return prise.dire(message + b".")


# -- enveloppe -----------------------------------------------------------------------------------------------------


def test_expediteur(operateur: Montage) -> None:
    """L'expéditeur est la BAL authentifiée, sans distinction de casse ; ou vide, pour un accusé."""
    with identifiee(operateur) as prise:
        assert prise.dire(b"MAIL FROM:<morgane.analyste@labo.formation.mssante.fr>").startswith(b"553 5.7.1")
        assert prise.dire(f"MAIL FROM:<{PER.upper()}>".encode()).startswith(b"250")
        prise.dire(b"RSET")
        assert prise.dire(b"MAIL FROM:<>").startswith(b"250")


def test_destinataires(operateur: Montage) -> None:
    """Boîte connue, usager toujours, boîte inconnue, domaine hors liste ; un refus n'ôte rien aux autres."""
    with identifiee(operateur) as prise:
        reponses = _enveloppe(
            prise, CONFRERE, USAGER, "0@patient.mssante.fr", "personne@cabinet.formation.mssante.fr", "dr@gmail.com"
        )
        assert [r[:9] for r in reponses[1:]] == [b"250 2.1.5"] * 3 + [b"550 5.1.1", b"550 5.7.1"]
        prise.dire(b"DATA")
        assert prise.dire(MESSAGE + b".").startswith(b"250")
    [recu] = operateur.simulateur.etat.recus
    assert recu.destinataires == (CONFRERE, USAGER, "0@patient.mssante.fr")
    assert operateur.simulateur.etat.recus_de(USAGER.upper()) == [recu]
    operateur.simulateur.etat.retirer_domaine("cabinet.formation.mssante.fr")
    with identifiee(operateur) as prise:
        assert _enveloppe(prise, CONFRERE)[1].startswith(b"550 5.7.1")


@pytest.mark.parametrize(
    ("arguments", "attendu"),
    [
        ("MAIL", b"501 5.5.4"),
        ("MAIL PER", b"501 5.5.4"),
        ("MAIL TO:<a@b.fr>", b"501 5.5.4"),
        ("MAIL FROM:a@b.fr", b"501 5.5.4"),
        ("MAIL FROM:<a@b@c.fr>", b"553 5.1.3"),
        ("MAIL FROM:<pas une adresse>", b"553 5.1.3"),
        (f"MAIL FROM:<{PER}> SIZE=abc", b"501 5.5.4"),
        (f"MAIL FROM:<{PER}> SIZE", b"501 5.5.4"),
        (f"MAIL FROM:<{PER}> SIZE=1 SIZE=1", b"501 5.5.4"),
        (f"MAIL FROM:<{PER}> BODY=BINARYMIME", b"501 5.5.4"),
        (f"MAIL FROM:<{PER}> SMTPUTF8", b"555 5.5.4"),
        (f"MAIL FROM:<{PER}> RET=TOUT", b"501 5.5.4"),
        (f"MAIL FROM:<{PER}> ENVID=", b"501 5.5.4"),
        (f"MAIL FROM:<{PER}> ENVID=+zz", b"501 5.5.4"),
        (f"MAIL FROM:<{PER}> ENVID={'a' * 101}", b"501 5.5.4"),
        (f"MAIL FROM:<{PER}> SIZE=31457281", b"552 5.3.4"),
        (f"MAIL FROM:<{PER}> SIZE=31457280 BODY=8BITMIME RET=hdrs ENVID=a+3Db AUTH=<>", b"250 2.1.0"),
    ],
)
def test_parametres_de_mail(operateur: Montage, arguments: str, attendu: bytes) -> None:
    """Paramètres de MAIL : admis, mal formés, inconnus."""
    with identifiee(operateur) as prise:
        assert prise.dire(arguments.encode()).startswith(attendu)


@pytest.mark.parametrize(
    ("parametres", "attendu"),
    [
        ("NOTIFY=SUCCESS,FAILURE,DELAY", b"250 2.1.5"),
        ("NOTIFY=never ORCPT=rfc822;camille+2Btraitant@cabinet.fr", b"250 2.1.5"),
        ("NOTIFY=SUCCESS,NEVER", b"501 5.5.4"),
        ("NOTIFY=SUCCESS,SUCCESS", b"501 5.5.4"),
        ("NOTIFY=TOUJOURS", b"501 5.5.4"),
        ("NOTIFY", b"501 5.5.4"),
        ("ORCPT=camille", b"501 5.5.4"),
        ("ORCPT=rfc822;", b"501 5.5.4"),
        ("ORCPT=rfc822;a b", b"555 5.5.4"),
        ("SIZE=3", b"555 5.5.4"),
    ],
)
def test_parametres_de_rcpt(operateur: Montage, parametres: str, attendu: bytes) -> None:
    """Paramètres de RCPT : admis, mal formés, inconnus."""
    with identifiee(operateur) as prise:
        _enveloppe(prise)
        assert prise.dire(f"RCPT TO:<{CONFRERE}> {parametres}".encode()).startswith(attendu)


def test_quota_du_destinataire(operateur: Montage) -> None:
    """Boîte pleine : 452 ; message plus gros que la boîte entière : 552 ; de la place revenue : accepté."""
    petite = Bal("petite@cabinet.formation.mssante.fr", "PER", quota=1000)
    operateur.simulateur.etat.ajouter_bal(petite)
    uid = operateur.simulateur.deposer(petite.adresse, b"x" * 900)
    with identifiee(operateur) as prise:
        assert _enveloppe(prise, petite.adresse, mail=" SIZE=101")[1].startswith(b"452 4.2.2")
        prise.dire(b"RSET")
        assert _enveloppe(prise, petite.adresse, mail=" SIZE=1001")[1].startswith(b"552 5.2.2")
        prise.dire(b"RSET")
        assert _enveloppe(prise, petite.adresse, mail=" SIZE=100")[1].startswith(b"250")
        operateur.simulateur.deposer(petite.adresse, b"x" * 100)
        assert prise.dire(f"RCPT TO:<{petite.adresse}>".encode()).startswith(b"452 4.2.2")
        operateur.simulateur.boites.supprimer(petite.adresse, uid)
        assert prise.dire(f"RCPT TO:<{petite.adresse}>".encode()).startswith(b"250")


def test_dsn_releve(operateur: Montage) -> None:
    """Ce que DSN demande accompagne le message reçu, décodé, et se lit au journal tel qu'envoyé."""
    with identifiee(operateur) as prise:
        prise.dire(f"MAIL FROM:<{PER}> RET=FULL ENVID=lot+3D1".encode())
        prise.dire(f"RCPT TO:<{CONFRERE}> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;c+40d".encode())
        prise.dire(f"RCPT TO:<{CONFRERE_2}> NOTIFY=NEVER".encode())
        prise.dire(b"DATA")
        assert prise.dire(MESSAGE + b".").startswith(b"250")
    [recu] = operateur.simulateur.etat.recus
    assert (recu.dsn.ret, recu.dsn.envid) == ("FULL", "lot=1")
    assert recu.dsn.notify == {CONFRERE: ("SUCCESS", "FAILURE"), CONFRERE_2: ("NEVER",)}
    assert recu.dsn.orcpt == {CONFRERE: "rfc822;c@d"}
    assert operateur.echanges("RCPT")[0].notes["parametres"] == "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;c+40d"
    [avis] = operateur.simulateur.boites.messages(PER)
    assert b"Action: delivered" in avis.octets
    assert CONFRERE_2.encode() not in avis.octets


# -- message -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"..\r\n",
        b"\r\n.suite\r\n...\r\n",
        b"a\nb\r\n\n.\n\r\nc\r\n",
        b"\x00\xff\xfe binaire \r\r\n",
        b"x" * 200_000 + b"\r\n",
        b"\r\n" * 50_000,
    ],
)
@pytest.mark.parametrize("coupe", [1, 7, 65_536])
def test_octet_pour_octet(operateur: Montage, message: bytes, coupe: int) -> None:
    """Quels que soient les octets et leur découpage sur le fil, le message reçu est le message envoyé."""
    specialise = b"\r\n".join(b"." + ligne if ligne.startswith(b".") else ligne for ligne in message.split(b"\r\n"))
    if coupe < 100 and len(message) > 1000:
        specialise, message = specialise[:400] + b"\r\n", message[:400] + b"\r\n"
    with identifiee(operateur) as prise:
        _enveloppe(prise, CONFRERE)
        prise.dire(b"DATA")
        envoi = specialise + b".\r\n"
        for debut in range(0, len(envoi), coupe):
            prise.envoyer(envoi[debut : debut + coupe])
        assert prise.reponse().startswith(b"250")
    [recu] = operateur.simulateur.etat.recus
    assert recu.octets == message


def test_grand_message(operateur: Montage) -> None:
    """Un message de 20 Mo arrive entier ; il est rangé dans un fichier, pas tenu en mémoire."""
    message = EmailMessage(policy=POLITIQUE)
    message["From"], message["To"], message["Subject"] = PER, CONFRERE, "gros"
    message.set_content("corps")
    message.add_attachment(bytes(range(256)) * 58_000, "application", "pdf", filename="gros.pdf")
    octets = message.as_bytes()
    assert len(octets) > 20_000_000
    with operateur.connecte() as client:
        assert client.sendmail(PER, [CONFRERE], octets) == {}
    [recu] = operateur.simulateur.etat.recus
    assert recu.corps.taille == len(octets)
    assert recu.octets == octets


def test_limites(operateur: Montage) -> None:
    """Message plus gros que SIZE sans l'avoir dit, trop de destinataires, trop de messages."""
    operateur.simulateur.operateur.reglages = Reglages(taille_max=100_000, destinataires_max=2, messages_par_periode=2)
    with identifiee(operateur) as prise:
        assert _enveloppe(prise, CONFRERE, CONFRERE_2, CONFRERE_3)[3].startswith(b"452 4.5.3")
        prise.dire(b"DATA")
        assert prise.dire(b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 3000 + b".").startswith(b"552 5.3.4")
        assert _envoyer(prise, CONFRERE).startswith(b"250")
        assert prise.dire(f"MAIL FROM:<{PER}>".encode()).startswith(b"450 4.7.1")
    assert len(operateur.simulateur.etat.recus) == 1


def test_trop_lent(operateur: Montage) -> None:
    """Un client muet reçoit 421 4.4.2 ; au milieu d'un message, ce qui était arrivé est gardé."""
    operateur.simulateur.operateur.reglages = Reglages(delai_inactivite=0.2)
    with Prise(operateur.port) as prise:
        prise.reponse()
        assert prise.reponse().startswith(b"421 4.4.2")
    operateur.simulateur.operateur.reglages = Reglages(delai_inactivite=1)
    with identifiee(operateur) as prise:
        _enveloppe(prise, CONFRERE)
        prise.dire(b"DATA")
        prise.envoyer(b"Subject: lent\r\n")
        assert prise.reponse().startswith(b"421 4.4.2")
    assert operateur.fin("s2").notes["motif"] == "inactivité"
    [donnees] = operateur.echanges("DATA")
    assert donnees.requete.corps.octets == b"Subject: lent\r\n"


def test_trop_de_sessions(operateur: Montage) -> None:
    """Au-delà du nombre admis, 421 dès l'accueil."""
    operateur.simulateur.operateur.reglages = Reglages(sessions_max=1)
    with identifiee(operateur), Prise(operateur.port) as seconde:
        assert seconde.reponse().startswith(b"421 4.7.0")
        assert seconde.ligne() == b""


# -- garde des matricules réels ------------------------------------------------------------------------------------


def _cda(matricule: str, oid: str = OID_INS_NIR) -> bytes:
    return f'<ClinicalDocument><id root="{oid}" extension="{matricule}"/></ClinicalDocument>'.encode()


def _archive(contenu: bytes, nom: str = "IHE_XDM/SUBSET01/DOC0001.XML") -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.TXT", "lisez")
        archive.writestr(nom, contenu)
    return tampon.getvalue()


def _avec_piece(octets: bytes, type_: str, nom: str) -> bytes:
    message = EmailMessage(policy=POLITIQUE)
    message["From"], message["To"], message["Subject"] = PER, CONFRERE, "essai"
    message.set_content("corps")
    principal, _, second = type_.partition("/")
    message.add_attachment(octets, principal, second, filename=nom)
    return message.as_bytes()


def _joint(octets: bytes) -> bytes:
    return (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n"
        + octets
        + b"\r\n--x--\r\n"
    )


def _en_base64(octets: bytes) -> bytes:
    return b"Subject: x\r\nContent-Transfer-Encoding:\r\n BASE64\r\n\r\n" + base64.encodebytes(octets).replace(
        b"\n", b"\r\n"
    )


CACHETTES: dict[str, Callable[[bytes], bytes]] = {
    "en clair": lambda cda: b"Subject: x\r\n\r\n" + cda + b"\r\n",
    "pièce en base64": lambda cda: _avec_piece(cda, "application/xml", "c.xml"),
    "archive": lambda cda: _avec_piece(_archive(cda), "application/zip", "IHE_XDM.ZIP"),
    "grande archive": lambda cda: _avec_piece(_archive(cda + bytes(range(256)) * 4000), "application/zip", "I.ZIP"),
    "archive dans une archive": lambda cda: _avec_piece(_archive(_archive(cda), "B.ZIP"), "application/zip", "A.ZIP"),
    "message joint": lambda cda: _joint(_avec_piece(_archive(cda), "application/zip", "IHE_XDM.ZIP")),
    "message joint en base64": lambda cda: _en_base64(_avec_piece(cda, "application/xml", "c.xml")),
    "quoted-printable": lambda cda: (
        b"Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + cda.replace(b"=", b"=3D\r\n".strip())
        + b"\r\n"
    ),
}


@pytest.mark.parametrize("cachette", CACHETTES)
def test_matricule_reel(operateur_neuf: Montage, cachette: str) -> None:
    """Un matricule de production inconnu arrête la campagne où qu'il soit caché, avant que rien n'en soit écrit."""
    permis = par_cas("nominal").matricule_ins
    with identifiee(operateur_neuf) as prise:
        assert _envoyer(prise, CONFRERE, message=CACHETTES[cachette](_cda(permis))).startswith(b"250")
        assert _envoyer(prise, CONFRERE, message=CACHETTES[cachette](_cda(INCONNU))).startswith(b"421 4.3.0")
    assert operateur_neuf.journal.etat is EtatJournal.ARRETE
    assert len(operateur_neuf.simulateur.etat.recus) == 1
    ecrits = [f.read_bytes() for f in operateur_neuf.journal.dossier.rglob("*") if f.is_file()]
    assert not any(INCONNU.encode() in octets for octets in ecrits)
    with pytest.raises(JournalArrete):
        operateur_neuf.journal.ajouter("action", {})


@pytest.mark.parametrize(
    "piece",
    [
        b"PK\x03\x04 ceci n'est pas une archive",
        _archive(b"x" * 100)[:-30],
        b"\x1f\x8b pas du gzip",
        b"",
    ],
)
def test_piece_illisible(operateur: Montage, piece: bytes) -> None:
    """Une pièce abîmée ne fait rien échouer : le message est reçu tel quel."""
    octets = _avec_piece(piece, "application/zip", "IHE_XDM.ZIP")
    with identifiee(operateur) as prise:
        assert _envoyer(prise, CONFRERE, message=octets).startswith(b"250")
    assert operateur.simulateur.etat.recus[0].octets == octets


# -- pannes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("panne", "parametres", "etape", "attendu"),
    [
        ("destinataire_inconnu", {}, 1, b"550 5.1.1"),
        ("destinataire_inconnu", {"adresse": CONFRERE_2}, 2, b"550 5.1.1"),
        ("domaine_hors_liste", {}, 1, b"550 5.7.1"),
        ("boite_pleine", {}, 1, b"452 4.2.2"),
        ("boite_pleine", {"definitif": True}, 1, b"552 5.2.2"),
        ("expediteur_refuse", {}, 0, b"550 5.7.1"),
        ("debit_depasse", {}, 0, b"450 4.7.1"),
        ("refus_temporaire", {}, 1, b"451 4.3.0"),
        ("refus_temporaire", {"commande": "MAIL"}, 0, b"451 4.3.0"),
        ("refus_temporaire", {"commande": "DATA"}, 4, b"451 4.3.0"),
        ("indisponible_421", {"commande": "MAIL"}, 0, b"421 4.3.2"),
        ("indisponible_421", {"commande": "DATA"}, 3, b"421 4.3.2"),
        ("message_trop_gros", {}, 4, b"552 5.3.4"),
        ("un_destinataire_sur_trois", {}, 2, b"550 5.1.1"),
    ],
)
def test_pannes_de_refus(
    operateur: Montage, panne: str, parametres: dict[str, Any], etape: int, attendu: bytes
) -> None:
    """Chaque refus vient à sa commande, une fois, et le même envoi passe ensuite."""
    armee = operateur.simulateur.panne(panne, **parametres)
    with identifiee(operateur) as prise:
        reponses = _enveloppe(prise, CONFRERE, CONFRERE_2)
        if etape >= 3:
            reponses.append(prise.dire(b"DATA"))
        if etape == 4:
            reponses.append(prise.dire(MESSAGE + b"."))
    assert reponses[etape].startswith(attendu), reponses
    assert all(r[:1] in (b"2", b"3") for r in reponses[:etape])
    assert armee.jouees == 1
    with identifiee(operateur) as prise:
        assert _envoyer(prise, CONFRERE, CONFRERE_2).startswith(b"250")
    assert any(e.notes.get("panne") == panne for e in operateur.echanges())


def test_taille_a_la_commande_mail(operateur: Montage) -> None:
    """Message trop gros : refusé dès MAIL si le client annonce sa taille ; SIZE peut aussi être abaissé."""
    operateur.simulateur.panne("message_trop_gros")
    with operateur.connecte() as client, pytest.raises(smtplib.SMTPSenderRefused) as refus:
        client.sendmail(PER, [CONFRERE], MESSAGE)
    assert refus.value.smtp_code == 552
    operateur.simulateur.panne("message_trop_gros", taille=1000)
    with operateur.connecte() as client:
        assert client.esmtp_features["size"] == "1000"
        assert client.mail(PER, ["SIZE=1001"])[0] == 552
        assert client.mail(PER, ["SIZE=999"])[0] == 250


def test_boite_pleine_puis_definitif(operateur: Montage) -> None:
    """452 puis 552 quand elle est rejouée."""
    operateur.simulateur.panne("boite_pleine", fois=2)
    with identifiee(operateur) as prise:
        reponses = _enveloppe(prise, CONFRERE, CONFRERE, CONFRERE)
    assert [r[:9] for r in reponses[1:]] == [b"452 4.2.2", b"552 5.2.2", b"250 2.1.5"]


def test_un_sur_trois(operateur: Montage) -> None:
    """Le deuxième destinataire et le cinquième sont refusés, les autres reçoivent."""
    operateur.simulateur.panne("un_destinataire_sur_trois")
    with identifiee(operateur) as prise:
        reponses = _enveloppe(prise, CONFRERE, CONFRERE_2, CONFRERE_3, USAGER, CONFRERE)
        assert [r[:3] for r in reponses] == [b"250", b"250", b"550", b"250", b"250", b"550"]
        prise.dire(b"DATA")
        assert prise.dire(MESSAGE + b".").startswith(b"250")
    [donnees] = operateur.echanges("DATA")
    assert donnees.notes["destinataires_refuses"] == f"{CONFRERE_2} {CONFRERE}"


def test_indisponible_des_l_accueil(operateur: Montage) -> None:
    """421 à la place de l'accueil, puis fermeture ; la connexion suivante est accueillie."""
    operateur.simulateur.panne("indisponible_421")
    with Prise(operateur.port) as prise:
        assert prise.reponse().startswith(b"421 4.3.2")
        assert prise.ligne() == b""
    with Prise(operateur.port) as prise:
        assert prise.reponse().startswith(b"220")


def test_connexion_refusee(operateur: Montage) -> None:
    """La connexion est coupée sans un mot ; le journal le dit."""
    armee = operateur.simulateur.panne("connexion_refusee", protocole="smtp")
    with Prise(operateur.port) as prise, contextlib.suppress(ConnectionResetError):
        assert prise.ligne() == b""
    assert armee.jouees == 1
    assert operateur.fin().notes["motif"] == "opérateur (coupure)"
    [connexion] = operateur.echanges("connexion")
    assert connexion.reponse is None


def test_accueil_lent(operateur: Montage) -> None:
    """L'accueil attend d'être libéré."""
    armee = operateur.simulateur.panne("accueil_lent", duree=60)
    with Prise(operateur.port) as prise:
        assert armee.attendre_jouee(10)
        prise.envoyer(b"NOOP\r\n")
        armee.liberer()
        assert prise.reponse().startswith(b"220")
        assert prise.reponse().startswith(b"250")


def test_coupures(operateur: Montage) -> None:
    """Coupé dans DATA : pas reçu. Coupé avant la réponse : reçu, ou non si la panne le dit."""
    for nom, parametres, recus in (
        ("coupure_dans_data", {"octets": 10}, 0),
        ("coupure_avant_reponse", {}, 1),
        ("coupure_avant_reponse", {"accepte": False}, 1),
    ):
        operateur.simulateur.panne(nom, **parametres)
        with identifiee(operateur) as prise:
            _enveloppe(prise, CONFRERE)
            prise.dire(b"DATA")
            prise.envoyer(MESSAGE + (b".\r\n" if nom == "coupure_avant_reponse" else b""))
            with contextlib.suppress(OSError):
                assert prise.ligne() == b""
        dernier = operateur.echanges("DATA")[-1]
        assert dernier.reponse is None
        assert dernier.requete.corps.octets == MESSAGE
        assert dernier.panne == nom
        operateur.fin(dernier.notes["connexion"])
        assert len(operateur.simulateur.etat.recus) == recus


def test_duplication_et_dsn_d_echec(operateur: Montage) -> None:
    """Dupliqué : deux exemplaires remis. Accepté puis DSN : rien de remis, un avis d'échec à l'émetteur."""
    boites = operateur.simulateur.boites
    operateur.simulateur.panne("duplication")
    with identifiee(operateur) as prise:
        assert _envoyer(prise, CONFRERE).startswith(b"250")
        assert len(boites.messages(CONFRERE)) == 2
        operateur.simulateur.panne("accepte_puis_dsn", adresse=CONFRERE_2)
        assert _envoyer(prise, CONFRERE, CONFRERE_2).startswith(b"250")
    assert len(boites.messages(CONFRERE)) == 3
    assert boites.messages(CONFRERE_2) == []
    [avis] = boites.messages(PER)
    assert b"Action: failed" in avis.octets
    assert CONFRERE_2.encode() in avis.octets
    assert len(operateur.simulateur.etat.recus) == 2


def test_annonces_retirees(operateur: Montage) -> None:
    """DSN ou XOAUTH2 retiré : ni annoncé ni accepté sur la connexion, rendu sur la suivante."""
    operateur.simulateur.panne("dsn_non_annonce")
    with operateur.connecte() as client:
        assert not client.has_extn("dsn")
        assert client.mail(PER, ["RET=HDRS"])[0] == 555
    operateur.simulateur.panne("xoauth2_absent")
    with operateur.chiffre() as client:
        assert not client.has_extn("auth")
        assert client.docmd("AUTH", "XOAUTH2 eA==")[0] == 504
    with operateur.chiffre() as client:
        assert client.has_extn("dsn")
        assert client.esmtp_features["auth"].split() == ["XOAUTH2"]


def test_distribution_en_defaut(operateur: Montage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Un défaut de notre distribution est noté comme le nôtre ; le message reste accepté."""

    def casse(message: MessageRecu) -> None:
        raise RuntimeError("boum")

    monkeypatch.setattr(operateur.simulateur.usagers, "recevoir", casse)
    with identifiee(operateur) as prise:
        assert _envoyer(prise, USAGER).startswith(b"250")
    [incident] = operateur.journal.enregistrements("incident")
    assert incident.donnees["nature"] == "defaut_du_banc"


def test_remise_a_zero(operateur: Montage) -> None:
    """Plus de message, de boîte ajoutée, de panne ni de débit compté."""
    simulateur = operateur.simulateur
    with identifiee(operateur) as prise:
        assert _envoyer(prise, CONFRERE).startswith(b"250")
    simulateur.etat.fermer_bal(CONFRERE)
    simulateur.panne("debit_depasse")
    simulateur.remettre_a_zero()
    assert simulateur.etat.recus == []
    assert simulateur.etat.bal(CONFRERE) is not None
    assert simulateur.pannes.armees() == ()
    assert simulateur.boites.messages(CONFRERE) == []

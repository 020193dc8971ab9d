"""Session de soumission : ce qui est annoncé et quand, identification, ordre des commandes, dialogue au journal."""

from __future__ import annotations

import base64
import json
import smtplib
import ssl
from datetime import timedelta

import pytest

from simulators.mssante.etat import Bal
from simulators.socle.profils_certificats import Variante
from tests.simulators.mssante.aides_smtp import (
    APP,
    AUTRE_PER,
    CONFRERE,
    MESSAGE,
    ORG,
    PER,
    Montage,
    Prise,
    identifiee,
    sous_tls,
    xoauth2,
)


def test_en_clair_seul_starttls(operateur: Montage) -> None:
    """Avant TLS : rien d'autre que STARTTLS, et aucune commande de courrier ni d'identification."""
    with Prise(operateur.port) as prise:
        assert prise.reponse().startswith(b"220 ")
        assert prise.dire(b"EHLO labo") == b"250-mss.labo.formation.mssante.fr\r\n250 STARTTLS\r\n"
        for commande in (b"MAIL FROM:<a@b.fr>", b"RCPT TO:<a@b.fr>", b"DATA", b"VRFY a@b.fr", b"AUTH PLAIN AGEAYg=="):
            assert prise.dire(commande).startswith(b"530 5.7.0"), commande
        assert prise.dire(b"NOOP").startswith(b"250 2.0.0")
        assert prise.dire(b"QUIT").startswith(b"221 ")
        assert prise.ligne() == b""
    [auth] = operateur.echanges("AUTH")
    assert auth.notes["identifiants_en_clair"] == "oui"
    assert "AGEAYg==" not in auth.requete.cible


def test_annonces_sous_tls(operateur: Montage) -> None:
    """Sous TLS : XOAUTH2 seul sans certificat, PLAIN en plus avec un certificat ORG AUTH_CLI."""
    with operateur.chiffre() as sans:
        assert sans.esmtp_features["auth"].split() == ["XOAUTH2"]
        assert {"pipelining", "8bitmime", "enhancedstatuscodes", "dsn", "size"} <= set(sans.esmtp_features)
        assert not sans.has_extn("starttls")
    for nom, attendu in (("org_auth_cli", ["XOAUTH2", "PLAIN"]), ("cps_auth_1", ["XOAUTH2"])):
        with operateur.chiffre(operateur.socle.igc.identifiants(nom)) as client:
            assert client.esmtp_features["auth"].split() == attendu, nom


def test_envoi_xoauth2(operateur: Montage) -> None:
    """Un envoi par smtplib : message octet pour octet au journal et dans l'état, distribué, dialogue complet."""
    jeton = operateur.jeton()
    corps = MESSAGE + b".\r\n..deux points\r\nfin sans saut"
    with operateur.connecte(jeton=jeton) as client:
        assert client.sendmail(PER, [CONFRERE], corps) == {}
    fin = operateur.fin()
    [recu] = operateur.simulateur.etat.recus
    assert recu.octets == corps + b"\r\n"
    assert (recu.expediteur, recu.destinataires, recu.bal, recu.connexion) == (PER, (CONFRERE,), PER, "s1")
    [boite] = operateur.simulateur.boites.messages(CONFRERE)
    assert boite.octets.endswith(recu.octets)
    assert boite.octets.startswith(b"Return-Path: <alix.biologue@labo.formation.mssante.fr>\r\nReceived: ")
    verbes = [e.operation for e in operateur.echanges()]
    assert verbes == [
        f"smtp:{verbe}"
        for verbe in ("connexion", "EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT", "fin")
    ]
    [donnees] = operateur.echanges("DATA")
    assert donnees.numero == recu.numero
    assert donnees.requete.corps.octets == recu.octets
    assert donnees.notes["destinataires"] == CONFRERE
    assert donnees.notes["taille"] == str(len(recu.octets))
    assert donnees.reponse is not None
    assert donnees.reponse.corps.octets.startswith(b"354 ")
    assert b"\r\n250 2.0.0 Ok" in donnees.reponse.corps.octets
    assert donnees.tls is not None
    assert (donnees.tls.version, donnees.tls.sni) == ("TLSv1.3", "localhost")
    assert fin.reponse is None
    assert fin.notes["motif"] == "client"


def test_secrets_hors_du_journal(operateur: Montage) -> None:
    """Ni jeton, ni réponse SASL, ni mot de passe n'atteignent le disque ; l'empreinte permet de comparer."""
    jeton = operateur.jeton()
    blob = xoauth2(PER, jeton)
    for _ in range(2):
        with operateur.chiffre() as client:
            assert client.docmd("AUTH", f"XOAUTH2 {blob}")[0] == 235
    with operateur.chiffre(operateur.socle.igc.identifiants("org_auth_cli")) as client:
        code, _ = client.docmd("AUTH", "PLAIN")
        assert code == 334
        plain = base64.b64encode(f"\0{APP}\0mot-de-passe-secret".encode()).decode()
        assert client.docmd(plain)[0] == 235
    for rang in (1, 2, 3):
        operateur.fin(f"s{rang}")
    ecrits = b"".join(f.read_bytes() for f in operateur.journal.dossier.rglob("*") if f.is_file())
    for secret in (jeton, blob, plain, "mot-de-passe-secret", base64.b64encode(jeton.encode()).decode()[:40]):
        assert secret.encode() not in ecrits
    premier, second, troisieme = operateur.echanges("AUTH")
    assert premier.requete.cible == f"XOAUTH2 {operateur.journal.empreinte_secret(blob)}"
    assert premier.notes["jeton"] == second.notes["jeton"] == operateur.journal.empreinte_secret(jeton)
    assert troisieme.requete.corps.octets.decode().strip() == operateur.journal.empreinte_secret(plain)


def _essayer(operateur: Montage, blob: str) -> tuple[bytes, dict[str, str], Prise]:
    prise = sous_tls(operateur)
    defi = prise.dire(f"AUTH XOAUTH2 {blob}".encode())
    assert defi.startswith(b"334 ")
    return prise.dire(b""), json.loads(base64.b64decode(defi[4:])), prise


def test_xoauth2_refuse_par_defi(operateur: Montage) -> None:
    """Un jeton refusé reçoit le défi JSON en base64, puis 535 5.7.8 ; la raison est notée, la session continue."""
    perime = operateur.fournisseur.emettre("99900000011", duree=-5)
    operateur.fournisseur.terminer("finie")
    revoque = operateur.fournisseur.emettre("99900000011", session="finie")
    cas = [
        (PER, perime, "expiré", "expire"),
        (PER, revoque, "révoqué", "revoque"),
        (PER, "pas.un.jeton-du-tout-vraiment", "inconnu", "inconnu"),
        (PER, operateur.fournisseur.emettre(""), "sans RPPS", "valide"),
        (PER, operateur.jeton(AUTRE_PER), "n'a pas accès", "valide"),
        (APP, operateur.jeton(), "n'a pas accès", "valide"),
        ("inconnue@labo.formation.mssante.fr", operateur.jeton(), "BAL inconnue", "valide"),
    ]
    for adresse, jeton, motif, etat in cas:
        final, defi, prise = _essayer(operateur, xoauth2(adresse, jeton))
        assert final == b"535 5.7.8 Authentication credentials invalid\r\n"
        assert defi["status"] == "401"
        assert defi["schemes"] == "Bearer"
        assert prise.dire(b"MAIL FROM:<x@y.fr>").startswith(b"530 5.7.0"), motif
        prise.fermer()
        dernier = operateur.echanges("AUTH")[-1]
        assert motif in dernier.notes["motif"]
        assert (dernier.notes["jeton_etat"], dernier.notes["jeton_porteur"]) == (etat, "xoauth2")
        assert dernier.notes["reponse_au_defi"] == "vide"
        assert dernier.reponse is not None
        assert dernier.reponse.statut == 535


def test_jeton_expire_a_son_heure(operateur: Montage) -> None:
    """Le même jeton passe, puis ne passe plus deux minutes après."""
    jeton = operateur.jeton()
    with operateur.connecte(jeton=jeton) as client:
        assert client.noop()[0] == 250
    operateur.fournisseur.horloge.avancer(timedelta(seconds=110))
    with operateur.connecte(jeton=jeton):
        pass
    operateur.fournisseur.horloge.avancer(timedelta(seconds=20))
    final, _, prise = _essayer(operateur, xoauth2(PER, jeton))
    prise.fermer()
    assert final.startswith(b"535")


def test_boite_organisationnelle(operateur: Montage) -> None:
    """Une BAL ORG s'ouvre au jeton de toute personne habilitée, et d'elle seule."""
    etat = operateur.simulateur.etat
    etat.ajouter_bal(Bal("garde@labo.formation.mssante.fr", "ORG", "GARDE", habilites=("99900000011",)))
    for adresse, jeton, attendu in (
        (ORG, operateur.jeton(PER), 235),
        (ORG, operateur.jeton(AUTRE_PER), 235),
        ("garde@labo.formation.mssante.fr", operateur.jeton(PER), 235),
        ("garde@labo.formation.mssante.fr", operateur.jeton(AUTRE_PER), 334),
    ):
        with sous_tls(operateur) as prise:
            reponse = prise.dire(f"AUTH XOAUTH2 {xoauth2(adresse, jeton)}".encode())
            assert reponse.startswith(str(attendu).encode())


def test_plain_reserve_aux_bal_applicatives(operateur: Montage) -> None:
    """PLAIN : certificat d'organisation et BAL applicative ; sinon 504 ou 535."""
    org = operateur.socle.igc.identifiants("org_auth_cli")
    with operateur.connecte(APP) as client:
        assert client.sendmail(APP, [CONFRERE], MESSAGE) == {}
    with operateur.chiffre(org) as client, pytest.raises(smtplib.SMTPAuthenticationError) as refus:
        client.login(PER, "x")
    assert refus.value.smtp_code == 535
    plain = base64.b64encode(f"\0{APP}\0x".encode()).decode()
    for identifiants in (None, operateur.socle.igc.identifiants("cps_auth_1")):
        with operateur.chiffre(identifiants) as client:
            assert client.docmd("AUTH", f"PLAIN {plain}")[0] == 504
    with operateur.chiffre(org) as client:
        assert client.docmd("AUTH", "PLAIN " + base64.b64encode(f"autre@x.fr\0{APP}\0x".encode()).decode())[0] == 535


@pytest.mark.parametrize("variante", [Variante.EXPIRE, Variante.REVOQUE, Variante.AUTRE_AUTORITE])
def test_certificat_client_fautif(operateur: Montage, variante: Variante) -> None:
    """Un certificat de client expiré, révoqué ou étranger n'ouvre pas la session : la poignée est refusée et notée."""
    identifiants = operateur.socle.igc.identifiants("org_auth_cli", variante)
    client = smtplib.SMTP("localhost", operateur.port, timeout=20)
    with pytest.raises((ssl.SSLError, smtplib.SMTPException, ConnectionError)):  # en TLS 1.3, à la lecture
        client.starttls(context=operateur.tls(identifiants))
        client.ehlo()
        client.noop()
    client.close()
    fin = operateur.fin()
    assert fin.notes["poignee"] == "refusee"
    assert operateur.journal.poignees_refusees("mssante", depuis=operateur.depuis)


@pytest.mark.parametrize(
    ("reponse", "attendu"),
    [
        ("AUTH", b"501 5.5.4"),
        ("AUTH XOAUTH2 !!!", b"501 5.5.2"),
        ("AUTH XOAUTH2 " + base64.b64encode(b"user=a\1auth=Bearer x").decode(), b"501 5.5.2"),
        ("AUTH XOAUTH2 a b", b"501 5.5.4"),
        ("AUTH LOGIN", b"504 5.5.4"),
        ("AUTH OAUTHBEARER eA==", b"504 5.5.4"),
    ],
)
def test_auth_mal_forme(operateur: Montage, reponse: str, attendu: bytes) -> None:
    """Une demande AUTH mal formée reçoit son code, sans fermer la session."""
    with sous_tls(operateur) as prise:
        assert prise.dire(reponse.encode()).startswith(attendu)
        assert prise.dire(b"NOOP").startswith(b"250")


def test_auth_en_deux_temps(operateur: Montage) -> None:
    """Sans réponse initiale : 334 vide, puis la réponse ; « * » abandonne."""
    with sous_tls(operateur) as prise:
        assert prise.dire(b"AUTH XOAUTH2") == b"334 \r\n"
        assert prise.dire(b"*").startswith(b"501 5.7.0")
        assert prise.dire(b"AUTH XOAUTH2") == b"334 \r\n"
        assert prise.dire(xoauth2(PER, operateur.jeton()).encode()).startswith(b"235")
        assert prise.dire(b"AUTH XOAUTH2").startswith(b"503")
    assert [e.notes.get("reponse_initiale") for e in operateur.echanges("AUTH")] == ["non", "non", None]


def test_echecs_repetes(operateur: Montage) -> None:
    """Au cinquième refus, 421 et fermeture."""
    with sous_tls(operateur) as prise:
        for rang in range(5):
            prise.dire(f"AUTH XOAUTH2 {xoauth2(PER, 'jeton-faux-' + 'x' * 20)}".encode())
            assert prise.dire(b"").startswith(b"535" if rang < 4 else b"421 4.7.0")
        assert prise.ligne() == b""


def test_ordre_des_commandes(operateur: Montage) -> None:
    """MAIL avant EHLO, RCPT avant MAIL, DATA sans destinataire, MAIL imbriqué."""
    with sous_tls(operateur) as prise:
        assert prise.dire(b"MAIL FROM:<a@b.fr>").startswith(b"530 5.7.0")
    with identifiee(operateur) as prise:
        assert prise.dire(b"RCPT TO:<" + CONFRERE.encode() + b">").startswith(b"503 5.5.1")
        assert prise.dire(b"DATA").startswith(b"503 5.5.1")
        assert prise.dire(b"MAIL FROM:<" + PER.encode() + b">").startswith(b"250 2.1.0")
        assert prise.dire(b"MAIL FROM:<" + PER.encode() + b">").startswith(b"503 5.5.1")
        assert prise.dire(b"DATA").startswith(b"554 5.5.1")
        assert prise.dire(b"STARTTLS").startswith(b"503")
        assert prise.dire(b"RSET").startswith(b"250")
        assert prise.dire(b"RCPT TO:<" + CONFRERE.encode() + b">").startswith(b"503 5.5.1")


def test_salut_refait_apres_tls(operateur: Montage) -> None:
    """Après la poignée de main, rien de ce qui a été dit en clair ne vaut plus (RFC 3207)."""
    with Prise(operateur.port) as prise:
        prise.reponse()
        prise.dire(b"EHLO labo")
        prise.dire(b"STARTTLS")
        prise.chiffrer(operateur.tls())
        assert prise.dire(b"AUTH XOAUTH2 eA==").startswith(b"503 5.5.1")


def test_injection_avant_tls(operateur: Montage) -> None:
    """Des commandes glissées en clair derrière STARTTLS sont jetées, et c'est noté."""
    with Prise(operateur.port) as prise:
        prise.reponse()
        prise.dire(b"EHLO labo")
        prise.envoyer(b"STARTTLS\r\nMAIL FROM:<pirate@b.fr>\r\n")
        assert prise.reponse().startswith(b"220")
        prise.chiffrer(operateur.tls())
        assert prise.dire(b"NOOP").startswith(b"250 2.0.0 Ok")
    [starttls] = operateur.echanges("STARTTLS")
    assert int(starttls.notes["clair_ignore"]) == len(b"MAIL FROM:<pirate@b.fr>\r\n")


def test_salut_collectif(operateur: Montage) -> None:
    """Commandes groupées (PIPELINING) : réponses dans l'ordre, QUIT vu même si le client part aussitôt."""
    with identifiee(operateur) as prise:
        prise.envoyer(
            f"MAIL FROM:<{PER}>\r\nRCPT TO:<{CONFRERE}>\r\nRCPT TO:<inconnu@cabinet.formation.mssante.fr>\r\n"
            f"DATA\r\n".encode()
        )
        assert [prise.reponse()[:9] for _ in range(4)] == [b"250 2.1.0", b"250 2.1.5", b"550 5.1.1", b"354 End d"]
        prise.envoyer(b"Subject: x\r\n\r\nbonjour\r\n.\r\nMAIL FROM:<" + PER.encode() + b">\r\nRSET\r\nQUIT\r\n")
        assert [prise.reponse()[:3] for _ in range(3)] == [b"250"] * 3
    assert operateur.fin().notes["motif"] == "client"
    assert len(operateur.echanges("QUIT")) == 1
    [recu] = operateur.simulateur.etat.recus
    assert recu.octets == b"Subject: x\r\n\r\nbonjour\r\n"
    [donnees] = operateur.echanges("DATA")
    assert donnees.notes["destinataires_refuses"] == "inconnu@cabinet.formation.mssante.fr"


def test_lignes_hostiles(operateur: Montage) -> None:
    """Ligne démesurée, verbe inconnu, octets qui ne sont pas du texte : refusés, au journal, sans rompre la session."""
    with Prise(operateur.port) as prise:
        prise.reponse()
        prise.envoyer(b"EHLO " + b"a" * 3000 + b"\r\n")
        assert prise.reponse().startswith(b"500 5.5.2 Error: line too long")
        prise.envoyer(b"x" * 300_000 + b"\r\n")
        assert prise.reponse().startswith(b"500 5.5.2 Error: line too long")
        assert prise.dire(b"\xff\xfe\x00\x01 \xc3\x28").startswith(b"500 5.5.2")
        assert prise.dire(b"").startswith(b"500 5.5.2")
        prise.envoyer(b"NOOP\n")
        assert prise.reponse().startswith(b"250")
        for rang in range(8):
            assert prise.dire(b"BIDON").startswith(b"500" if rang < 7 else b"421 4.7.0")
        assert prise.ligne() == b""
    assert operateur.echanges("NOOP")[0].notes["fin_de_ligne"] == "LF"
    assert operateur.fin().notes["motif"] == "opérateur"


def test_coupures_du_client(operateur: Montage) -> None:
    """Partir au milieu d'une ligne, d'une identification ou d'un message : ce qui était arrivé est au journal."""
    with Prise(operateur.port) as prise:
        prise.reponse()
        prise.envoyer(b"EHL")
    assert operateur.fin("s1").notes["chiffre"] == "non"
    assert operateur.echanges("?")[0].notes["incident"]
    with sous_tls(operateur) as prise:
        prise.dire(b"AUTH XOAUTH2")
    operateur.fin("s2")
    with identifiee(operateur) as prise:
        prise.dire(b"MAIL FROM:<" + PER.encode() + b">")
        prise.dire(b"RCPT TO:<" + CONFRERE.encode() + b">")
        prise.dire(b"DATA")
        prise.envoyer(b"Subject: coupe\r\n\r\nligne")
    operateur.fin("s3")
    assert operateur.echanges("AUTH")[0].reponse is None
    [donnees] = operateur.echanges("DATA")
    assert donnees.reponse is None
    assert donnees.requete.corps.octets == b"Subject: coupe\r\n\r\nligne"
    assert donnees.notes["corps_tronque"] == "oui"
    assert operateur.simulateur.etat.recus == []


def test_commandes_accessoires(operateur: Montage) -> None:
    """HELO, HELP, VRFY, EXPN, QUIT avec argument."""
    with identifiee(operateur) as prise:
        assert prise.dire(b"VRFY quelqu.un").startswith(b"252 2.5.0")
        assert prise.dire(b"EXPN liste").startswith(b"502 5.5.1")
        assert prise.dire(b"HELP").startswith(b"214 2.0.0")
        assert prise.dire(b"QUIT maintenant").startswith(b"501 5.5.4")
        assert prise.dire(b"HELO").startswith(b"501")
        assert prise.dire(b"HELO labo").startswith(b"250 mss.")


def test_arret_du_banc(operateur_neuf: Montage) -> None:
    """Une session ouverte à l'arrêt a quand même sa fin au journal."""
    prise = identifiee(operateur_neuf)
    operateur_neuf.socle.serveur.arreter()
    prise.fermer()
    assert operateur_neuf.fin().notes["motif"] == "banc"

"""L'opérateur MSSanté lancé, vu par des clients du commerce : curl, msmtp, mbsync, swaks, openssl, smtplib, imaplib."""

from __future__ import annotations

import base64
import imaplib
import re
import smtplib
import ssl
from email import message_from_bytes
from pathlib import Path

import pytest
from lxml import etree

from simulators.mssante.adresse_usager import adresse_usager
from tests.interop.lancement import BancLance
from tests.interop.messagerie import (
    ALIX,
    APP,
    MORGANE,
    exiger,
    gerer,
    imap,
    jeton,
    lancer,
    message,
    operations,
    port,
    relever,
)

# -- envoi -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("avec_certificat", [False, True], ids=["sans_certificat", "avec_certificat"])
def test_curl(banc: BancLance, tmp_path: Path, avec_certificat: bool) -> None:
    """curl envoie par XOAUTH2, puis cherche et relit le même message en IMAP ; le dialogue entier est au journal."""
    pem, cle = banc.certificat("cps_auth_1")
    certificat = ["--cert", pem, "--key", cle] if avec_certificat else []
    curl, depuis = exiger("curl"), banc.position()
    fichier = tmp_path / "message.eml"
    fichier.write_bytes(message(MORGANE, X_MSS_NIL="DEV000001"))
    acces = jeton(banc, ALIX)
    envoi = lancer(
        curl, "-sS", "-m", "20", "--ssl-reqd", "--cacert", banc.racines, "--url",
        f"smtp://localhost:{port(banc, 'smtp')}/poste.labo.fr", "--user", ALIX, "--oauth2-bearer", acces,
        "--mail-from", ALIX, "--mail-rcpt", MORGANE, "-T", str(fichier), *certificat,
    )  # fmt: skip
    assert envoi.returncode == 0, envoi.stderr
    boite = ["--ssl-reqd", "--cacert", banc.racines, "--user", MORGANE, "--oauth2-bearer", jeton(banc, MORGANE)]
    boite += certificat
    url = f"imap://localhost:{port(banc, 'imap')}/INBOX"
    cherche = lancer(curl, "-sS", "-m", "20", *boite, "--url", url, "-X", "SEARCH HEADER X-MSS-NIL DEV000001")
    assert cherche.stdout.split() == [b"*", b"SEARCH", b"1"], cherche.stderr
    lu = lancer(curl, "-sS", "-m", "20", *boite, "--url", f"{url};MAILINDEX=1")
    assert lu.stdout.endswith(fichier.read_bytes()), lu.stderr
    verbes = [e.operation for e in operations(banc, depuis, "smtp:")]
    attendus = ["smtp:EHLO", "smtp:STARTTLS", "smtp:EHLO", "smtp:AUTH", "smtp:MAIL", "smtp:RCPT", "smtp:DATA"]
    assert [verbe for verbe in verbes if verbe in attendus] == attendus
    (data,) = operations(banc, depuis, "smtp:DATA")
    assert data.requete.corps.octets == fichier.read_bytes() and data.notes["bal"] == ALIX
    assert data.tls is not None and data.tls.version.startswith("TLSv1")
    assert (data.tls.certificat is not None) is avec_certificat
    assert acces.encode() not in _journal_brut(banc)
    assert {"imap:STARTTLS", "imap:AUTHENTICATE", "imap:SELECT"} <= {
        e.operation for e in operations(banc, depuis, "imap:")
    }


def test_msmtp_et_avis(banc: BancLance) -> None:
    """msmtp demande l'avis de distribution d'un usager ; il revient dans la BAL de l'émetteur, lu par imaplib."""
    msmtp, depuis = exiger("msmtp"), banc.position()
    usager = adresse_usager(banc.identite("corse_2a").matricule_ins)
    pem, cle = banc.certificat("cps_auth_1")
    envoi = lancer(
        msmtp, "--host=localhost", f"--port={port(banc, 'smtp')}", "--tls=on", "--tls-starttls=on",
        f"--tls-trust-file={banc.racines}", f"--tls-cert-file={pem}", f"--tls-key-file={cle}",
        "--auth=xoauth2", f"--user={ALIX}",
        f"--passwordeval=echo {jeton(banc, ALIX)}", f"--from={ALIX}", "--dsn-notify=success,failure",
        "--dsn-return=headers", usager, entree=message(usager),
    )  # fmt: skip
    assert envoi.returncode == 0, envoi.stderr
    (rcpt,) = operations(banc, depuis, "smtp:RCPT")
    assert "NOTIFY=SUCCESS,FAILURE" in rcpt.notes["parametres"].upper()
    (avis,) = relever(banc, ALIX)
    assert avis.get_param("report-type") == "delivery-status" and f"rfc822; {usager}" in avis.as_string()
    assert "Action: delivered" in avis.as_string()
    (remise,) = operations(banc, depuis, "mes:")
    assert (remise.requete.cible, remise.notes["issue"]) == (usager, "distribue")


def test_usager_ferme_et_reponse(banc: BancLance) -> None:
    """smtplib écrit à un usager : la boîte fermée rend un refus tardif ; rouverte, le patient répond."""
    usager = adresse_usager(banc.identite().matricule_ins)

    def envoyer() -> None:
        client = smtplib.SMTP("localhost", port(banc, "smtp"), timeout=20)
        client.starttls(context=ssl.create_default_context(cafile=banc.racines))
        client.ehlo()
        acces = f"user={ALIX}\1auth=Bearer {jeton(banc, ALIX)}\1\1"
        assert client.auth("XOAUTH2", lambda _=None: acces)[0] == 235
        assert client.sendmail(ALIX, [usager], message(usager)) == {}
        client.quit()

    gerer(banc, "/mssante/usagers", cas="nominal", etat="fermee")
    envoyer()
    gerer(banc, "/mssante/usagers", cas="nominal", etat="ouverte")
    envoyer()
    gerer(banc, "/mssante/usagers/reponse", cas="nominal", texte="Merci, à bientôt")
    refus, reponse = relever(banc, ALIX)
    assert "distribu" in str(refus["Subject"]) and reponse["From"] == usager
    assert reponse["In-Reply-To"] == message_from_bytes(message(usager))["Message-ID"]


def test_bal_applicative(banc: BancLance) -> None:
    """Certificat d'organisation et PLAIN ouvrent la BAL applicative ; PLAIN sans certificat ne l'ouvre pas."""
    contexte = ssl.create_default_context(cafile=banc.racines)
    with smtplib.SMTP("localhost", port(banc, "smtp"), timeout=20) as client:
        client.starttls(context=contexte)
        client.ehlo()
        with pytest.raises(smtplib.SMTPException):
            client.auth("PLAIN", lambda _=None: f"\0{APP}\0x")
    contexte.load_cert_chain(*banc.certificat("org_auth_cli"))
    with smtplib.SMTP("localhost", port(banc, "smtp"), timeout=20) as client:
        client.starttls(context=contexte)
        client.ehlo()
        assert client.auth("PLAIN", lambda _=None: f"\0{APP}\0quelconque")[0] == 235
        assert client.sendmail(APP, [MORGANE], message(MORGANE, APP)) == {}
    lecteur = imaplib.IMAP4("localhost", port(banc, "imap"), timeout=20)
    lecteur.starttls(contexte)
    gerer(banc, "/mssante/courriels", adresse=APP, nom="pro_n3")
    lecteur.authenticate("PLAIN", lambda _: f"\0{APP}\0quelconque".encode())
    assert lecteur.select("INBOX") == ("OK", [b"1"])
    lecteur.logout()
    assert [recu["From"] for recu in relever(banc, MORGANE)] == [APP]


def test_swaks(banc: BancLance) -> None:
    """swaks est refusé avant l'identification, et au destinataire inconnu après ; rien n'est accepté en clair."""
    swaks = exiger("swaks")
    commun = [swaks, "--server", f"localhost:{port(banc, 'smtp')}", "--from", APP, "--helo", "poste.labo.fr"]
    clair = lancer(*commun, "--to", MORGANE, "--quit-after", "RCPT")
    assert clair.returncode != 0 and b"530" in clair.stdout, clair.stdout
    pem, cle = banc.certificat("org_auth_cli")
    tls = ["--tls", "--tls-cert", pem, "--tls-key", cle, "--tls-ca-path", banc.racines, "--tls-verify"]
    sans = lancer(*commun, *tls, "--to", MORGANE, "--quit-after", "RCPT")
    if b"TLS not available" in sans.stderr:
        pytest.skip("swaks est là sans TLS (Net::SSLeay manque)")
    assert (sans.returncode != 0 and b"<~* 530" in sans.stdout) or b"<~* 535" in sans.stdout, sans.stdout
    plain = ["--auth", "PLAIN", "--auth-user", APP, "--auth-password", "x"]
    inconnu = lancer(*commun, *tls, *plain, "--to", "personne@labo.formation.mssante.fr", "--quit-after", "RCPT")
    assert b"<~* 550 5.1.1" in inconnu.stdout, inconnu.stdout
    connu = lancer(*commun, *tls, *plain, "--to", MORGANE, "--quit-after", "RCPT")
    assert connu.returncode == 0, connu.stdout


# -- lecture ---------------------------------------------------------------------------------------------------


def test_mbsync(banc: BancLance, tmp_path: Path) -> None:
    """mbsync copie la boîte : chaque courriel entrant, si singulière que soit sa forme, octet pour octet."""
    mbsync = exiger("mbsync")
    pem, cle = banc.certificat("cps_auth_1")
    noms = ("pro_n3", "usager_reponse_pieces", "accents_bruts_latin1", "message_imbrique", "sans_message_id")
    for nom in noms:
        gerer(banc, "/mssante/courriels", adresse=ALIX, nom=nom, graine="mbsync")
    (tmp_path / "boite").mkdir()
    # Une ligne de réglage de mbsync est trop courte pour un jeton Pro Santé Connect.
    (tmp_path / "jeton").write_text(jeton(banc, ALIX), encoding="ascii")
    reglage = tmp_path / "mbsyncrc"
    reglage.write_text(
        f"""IMAPAccount banc
Host localhost
Port {port(banc, "imap")}
User {ALIX}
PassCmd "cat {tmp_path}/jeton"
AuthMechs XOAUTH2
SSLType STARTTLS
SystemCertificates no
CertificateFile {banc.racines}
ClientCertificate {pem}
ClientKey {cle}

IMAPStore loin
Account banc

MaildirStore pres
Path {tmp_path}/boite/
Inbox {tmp_path}/boite/INBOX

Channel banc
Far :loin:
Near :pres:
Patterns INBOX
Create Near
SyncState *
""",
        encoding="utf-8",
    )
    copie = lancer(mbsync, "-c", str(reglage), "banc", delai=60)
    if b"no mechanism available" in copie.stderr.lower():
        pytest.skip("mbsync n'a pas de greffon XOAUTH2 sur cette machine")
    assert copie.returncode == 0, copie.stderr
    fichiers = [f for dossier in ("new", "cur") for f in (tmp_path / "boite" / "INBOX" / dossier).iterdir()]
    assert len(fichiers) == len(noms)
    copies = {_sans_marque(fichier.read_bytes()) for fichier in fichiers}
    servis = {_sans_marque(octets) for octets in _corps_imap(banc)}
    assert copies == servis


def test_imaplib(banc: BancLance) -> None:
    """imaplib cherche par en-tête, marque lu, copie, efface, et voit arriver un courriel."""
    for nom in ("pro_n3", "pro_texte", "usager_reponse"):
        gerer(banc, "/mssante/courriels", adresse=ALIX, nom=nom)
    client = imap(banc, ALIX)
    assert client.search(None, "HEADER", "X-MSS-CODECDA", "11502-2")[1] == [b"1"]
    assert client.search(None, "FROM", "patient.mssante.fr")[1] == [b"3"]
    assert client.store("2", "+FLAGS", r"(\Seen)")[0] == "OK" and client.search(None, "UNSEEN")[1] == [b"1 3"]
    assert client.copy("1", "Trash")[0] == "OK" and client.store("1", "+FLAGS", r"(\Deleted)")[0] == "OK"
    assert client.expunge()[1] == [b"1"]
    gerer(banc, "/mssante/courriels", adresse=ALIX, nom="pro_n1")
    client.noop()
    assert client.response("EXISTS")[1][-1] == b"3"
    client.logout()


# -- adresses et certificats -----------------------------------------------------------------------------------


def test_autoconfiguration_et_liste_blanche(banc: BancLance) -> None:
    """curl lit les deux fichiers sous leurs vrais noms d'hôte, le certificat les portant."""
    curl = exiger("curl")

    def lire(hote: str, chemin: str) -> etree._Element:
        numero = re.search(r":(\d+)/", banc.service("mssante", "autoconfig"))
        assert numero is not None
        resolution = f"{hote}:{numero[1]}:127.0.0.1"
        url = f"https://{hote}:{numero[1]}{chemin}"
        rendu = lancer(curl, "-sS", "-m", "20", "-f", "--cacert", banc.racines, "--resolve", resolution, url)
        assert rendu.returncode == 0, rendu.stderr
        return etree.fromstring(rendu.stdout)

    configuration = lire("autoconfig.labo.formation.mssante.fr", "/mail/config-v1.1.xml")
    annonce = int(configuration.findtext(".//outgoingServer/port") or 0)
    assert annonce not in (0, port(banc, "smtp")), "un port que seul le fichier annonce"
    with smtplib.SMTP("127.0.0.1", annonce, timeout=20) as opere:
        assert opere.ehlo()[0] == 250 and opere.has_extn("starttls")
    liste = lire("espacedeconfiance.mssante.fr", "/listeblanchemssante.xml")
    noms = {element.text for element in liste.iter("{https://listeblanche.mssante.fr/schema}Nom")}
    assert {"labo.formation.mssante.fr", "cabinet.formation.mssante.fr", "patient.mssante.fr"} <= noms


@pytest.mark.parametrize(("service", "protocole"), [("_submission", "smtp"), ("_imap", "imap")])
def test_dig(banc: BancLance, service: str, protocole: str) -> None:
    """dig obtient le SRV et l'adresse de sa cible, en UDP et en TCP."""
    dig = exiger("dig")
    dns = banc.environnement["services"]["mssante"]["dns"]
    for options in ((), ("+tcp",)):
        rendu = lancer(
            dig, f"@{dns['hote']}", "-p", str(dns["port"]), "+short", *options,
            f"{service}._tcp.labo.formation.mssante.fr", "SRV",
        )  # fmt: skip
        assert rendu.stdout.split()[2] == str(port(banc, protocole)).encode(), rendu.stdout + rendu.stderr


def _corps_imap(banc: BancLance) -> list[bytes]:
    client = imap(banc, ALIX)
    numeros = client.search(None, "ALL")[1][0].split()
    lus = [client.fetch(numero.decode(), "(BODY.PEEK[])")[1][0] for numero in numeros]
    client.logout()
    return [ligne[1] for ligne in lus if isinstance(ligne, tuple)]


def _sans_marque(octets: bytes) -> bytes:
    """Sans l'en-tête qu'ajoute mbsync, ni différence de fin de ligne : un Maildir est en LF."""
    lignes = octets.replace(b"\r\n", b"\n").split(b"\n")
    return b"\n".join(ligne for ligne in lignes if not ligne.startswith(b"X-TUID:"))


def _journal_brut(banc: BancLance) -> bytes:
    """Tout ce que le journal a écrit sur le disque."""
    return b"".join(fichier.read_bytes() for fichier in sorted(banc.dossier.rglob("*")) if fichier.is_file())


def test_secret_absent_du_journal(banc: BancLance) -> None:
    """Ni le jeton ni sa forme en base64 n'atteignent le journal, même présentés faux."""
    secret = f"faux.{'x' * 40}.jeton"
    client = smtplib.SMTP("localhost", port(banc, "smtp"), timeout=20)
    client.starttls(context=ssl.create_default_context(cafile=banc.racines))
    client.ehlo()
    with pytest.raises(smtplib.SMTPException):
        client.auth("XOAUTH2", lambda _=None: f"user={ALIX}\1auth=Bearer {secret}\1\1")
    client.close()
    brut = _journal_brut(banc)
    assert secret.encode() not in brut
    assert base64.b64encode(f"user={ALIX}\1auth=Bearer {secret}\1\1".encode()) not in brut

"""Le diagnostic : chaque manque dit ce qui était attendu, ce qui a été trouvé, que faire."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import socket
import ssl
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from steps import diagnostic, diagnostic_certificats, diagnostic_poste
from steps.__main__ import main
from steps.diagnostic_logiciel import examiner
from steps.diagnostic_point import Point
from steps.logiciel.configuration import lire_configuration
from steps.logiciel.contexte import ContexteAdaptateur
from steps.logiciel.contrat import charger_contrat
from steps.logiciel.ecoute import qui_ecoute
from steps.selection import selectionner
from tests.steps.produit import ServeurProduit, fait, logiciel

MAINTENANT = dt.datetime(2026, 5, 4, 10, tzinfo=dt.UTC)
CATALOGUE = dt.date(2023, 2, 21)

CONNEXION = "{modalites: [web, navigateur_externe, navigateur_interne, ciba], redirect_uris: ['https://labo.test/r']}"


def decrire(dossier: Path, adaptateurs: str, **cles: str) -> Path:
    """Un logiciel.yaml à ces adaptateurs."""
    lignes = ["logiciel: {nom: Produit d'essai, version: '3.1'}", "profils: [Général]", adaptateurs]
    fichier = dossier / "l.yaml"
    fichier.write_text("\n".join([*lignes, *(f"{n}: {v}" for n, v in cles.items())]), encoding="utf-8")
    return fichier


def points(banc: Banc, journal: JournalEchanges, fichier: Path) -> dict[str, Point]:
    """Ce que le diagnostic dit de ce logiciel, par nom de point."""
    from requirements.catalogue import charger

    lue = lire_configuration(fichier)
    contexte = ContexteAdaptateur(lue, banc, journal, fichier.parent, fichier.parent / "env.json")
    retenus = selectionner(charger("biologie"), profils_reclames=lue.profils)
    return {point.nom: point for point in examiner(contexte, retenus)}


# ------------------------------------------------------------------ machine
def test_machine_prete(tmp_path: Path) -> None:
    """Un dossier à venir, dans un dossier où l'on peut écrire, convient."""
    lus = list(diagnostic_poste.poste(tmp_path / "a" / "b", CATALOGUE))
    assert all(point.bon for point in lus if point.bloquant)
    assert not (tmp_path / "a").exists()
    assert list(tmp_path.iterdir()) == []


def test_dossier_interdit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Un disque en lecture seule arrête tout, et se dit."""

    def refuser(**reglages: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuser)
    _, point = diagnostic_poste.poste(tmp_path / "c", CATALOGUE)
    assert point.arrete and "Read-only file system" in point.recu


@pytest.mark.parametrize(
    ("libre_mo", "bon", "arrete"), [(5000, True, False), (500, False, False), (199, False, True), (0, False, True)]
)
def test_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, libre_mo: int, bon: bool, arrete: bool) -> None:
    """Peu de place se dit ; trop peu arrête."""
    usage = shutil.disk_usage(tmp_path)._replace(free=libre_mo << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    place = next(p for p in diagnostic_poste.poste(tmp_path, CATALOGUE) if p.nom == "place")
    assert (place.bon, place.arrete) == (bon, arrete)
    assert f"{libre_mo} Mo libres" in place.recu


def test_horloge_avant_le_catalogue(tmp_path: Path) -> None:
    """Une machine restée en 1970 ne peut ni vérifier un certificat ni dater une preuve."""
    *_, horloge = diagnostic_poste.poste(tmp_path, CATALOGUE, maintenant=MAINTENANT.replace(year=1970))
    assert horloge.arrete and "04/05/1970" in horloge.recu and "21/02/2023" in horloge.attendu


def test_horloge_du_disque(tmp_path: Path) -> None:
    """Un disque qui date ses fichiers d'une autre heure se dit, sans arrêter."""
    (point,) = diagnostic_poste._horloge(MAINTENANT, MAINTENANT - dt.timedelta(minutes=9), CATALOGUE)
    assert (point.bon, point.bloquant) == (False, False)
    assert "10:00:00 UTC, et le disque des campagnes date ses fichiers de 09:51:00" in point.recu


# ----------------------------------------------------------------- fichiers
@pytest.mark.parametrize(
    ("adaptateur", "quoi"),
    [
        ("{type: commande, commande: [./nulle-part]}", "commande introuvable : ./nulle-part"),
        ("{type: page, script: absent.py, url: 'http://127.0.0.1:1'}", "script introuvable"),
        ("{type: http, url: 'https://127.0.0.1:1', autorites: absent.pem}", "autorites introuvable"),
    ],
)
def test_fichier_nomme_absent(tmp_path: Path, adaptateur: str, quoi: str) -> None:
    """Un programme ou un fichier nommé par logiciel.yaml et absent arrête avant tout."""
    lue = lire_configuration(decrire(tmp_path, f"adaptateurs: {{a: {adaptateur}}}"))
    (point,) = diagnostic_poste.fichiers(lue)
    assert point.arrete and quoi in point.recu and point.nom == "adaptateur a"


def test_fichiers_presents(tmp_path: Path) -> None:
    """Un programme du système, ou du dossier, convient ; le dossier d'environnement doit exister."""
    (tmp_path / "outil").write_text("", encoding="utf-8")
    for programme in (sys.executable, "outil"):
        description = f"adaptateur: {{type: commande, commande: ['{programme}']}}"
        assert list(diagnostic_poste.fichiers(lire_configuration(decrire(tmp_path, description)))) == []
    lue = lire_configuration(decrire(tmp_path, "adaptateur: {type: operateur}", environnement="nulle-part/env.json"))
    (point,) = diagnostic_poste.fichiers(lue)
    assert point.arrete and "dossier absent" in point.recu


# ------------------------------------------------------------- certificats
def test_certificats_du_banc(banc: Banc) -> None:
    """Ceux du jour sont bons ; hors de leurs dates, avec une autre clé ou effacés, ils arrêtent."""
    environnement = banc.environnement()
    aujourdhui = dt.datetime.now(dt.UTC)
    assert diagnostic_certificats.du_banc(environnement, aujourdhui).bon
    perime = diagnostic_certificats.du_banc(environnement, aujourdhui.replace(year=2060))
    assert perime.arrete and "valide du" in perime.recu
    fiches = environnement["certificats"]
    croise = {"certificats": {"x": {**fiches["insi_manu"], "cle": fiches["insi_auto"]["cle"]}}}
    assert "x : la clé n'est pas la sienne" in diagnostic_certificats.du_banc(croise, aujourdhui).recu
    absent = {"certificats": {"x": {**fiches["insi_manu"], "pem": "/nulle/part"}}}
    assert "x : illisible" in diagnostic_certificats.du_banc(absent, aujourdhui).recu


@contextmanager
def en_https(dossier: Path, jours: int, nom: str = "localhost") -> Iterator[tuple[str, Path]]:
    """Un serveur TLS sur la boucle locale, son adresse et son autorité."""
    cle = ec.generate_private_key(ec.SECP256R1())
    sujet = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, nom)])
    aujourdhui = dt.datetime.now(dt.UTC)
    certificat = (
        x509.CertificateBuilder()
        .subject_name(sujet)
        .issuer_name(sujet)
        .public_key(cle.public_key())
        .serial_number(7)
        .not_valid_before(aujourdhui - dt.timedelta(days=30))
        .not_valid_after(aujourdhui + dt.timedelta(days=jours))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(nom)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(cle, hashes.SHA256())
    )
    pem = dossier / "serveur.pem"
    prive = cle.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(certificat.public_bytes(serialization.Encoding.PEM) + prive)
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexte.load_cert_chain(pem)
    with closing(socket.create_server(("127.0.0.1", 0))) as ecoute:

        def servir() -> None:
            while True:
                try:
                    prise, _ = ecoute.accept()
                except OSError:
                    return
                with prise:
                    try:
                        contexte.wrap_socket(prise, server_side=True).close()
                    except OSError:
                        continue

        fil = threading.Thread(target=servir, daemon=True)
        fil.start()
        yield f"https://localhost:{ecoute.getsockname()[1]}", pem
        ecoute.shutdown(socket.SHUT_RDWR)
    fil.join(10)


@pytest.mark.parametrize(
    ("jours", "nom", "connue", "recu"),
    [
        (10, "localhost", True, "présente CN=localhost, jusqu'au"),
        (10, "localhost", False, "refusé : self-signed certificate"),
        (-1, "localhost", True, "valide du"),
        (10, "ailleurs.test", True, "refusé : Hostname mismatch"),
    ],
    ids=["bon", "inconnu", "echu", "autre-nom"],
)
def test_certificat_presente(tmp_path: Path, jours: int, nom: str, connue: bool, recu: str) -> None:
    """Ce que le logiciel présente en https est montré, et refusé comme l'adaptateur le refuserait."""
    with en_https(tmp_path, jours, nom) as (url, autorite):
        (point,) = diagnostic_certificats.presente("api", url, autorite if connue else None, dt.datetime.now(dt.UTC))
    assert recu in point.recu
    assert point.bon is (recu.startswith("présente"))
    if not point.bon:
        assert "adaptateurs.api.autorites" in point.que_faire


# ----------------------------------------------------------------- logiciel
def test_logiciel_complet(tmp_path: Path, banc: Banc, journal: JournalEchanges) -> None:
    """Une API et une personne : joignable, version juste, toutes les actions, la part de la personne."""
    with ServeurProduit(logiciel(creer_patient=lambda _: fait(patient_id="P"))) as produit:
        adaptateurs = f"adaptateurs: {{api: {{type: http, url: '{produit.url}'}}, poste: {{type: operateur}}}}"
        fichier = decrire(
            tmp_path, adaptateurs, actions="{defaut: poste, creer_patient: api}", pro_sante_connect=CONNEXION
        )
        lus = points(banc, journal, fichier)
    assert all(point.bon for point in lus.values()), lus
    assert "répond : Produit d'essai 3.1, 1 actions" in lus["adaptateur api"].recu
    assert f"{len(charger_contrat().actions)} actions offertes" in lus["actions"].recu
    assert "se jugent à l'œil" in lus["personnes"].recu
    assert lus["adaptateur poste"].recu.startswith("operateur : ")


def test_ce_qui_manquera(tmp_path: Path, banc: Banc, journal: JournalEchanges) -> None:
    """Une action absente est comptée en scénarios perdus ; elle n'empêche pas de commencer."""
    actions = {nom: (lambda _: fait()) for nom in charger_contrat().actions if nom != "appeler_insi"}
    with ServeurProduit(logiciel(**actions)) as produit:
        lus = points(banc, journal, decrire(tmp_path, f"adaptateur: {{type: http, url: '{produit.url}'}}"))
    assert not lus["actions"].bon and not lus["actions"].arrete
    assert "scénarios sur" in lus["actions"].recu and "appeler_insi (" in lus["actions"].recu


def test_connexion_sans_adresse_de_retour(tmp_path: Path, banc: Banc, journal: JournalEchanges) -> None:
    """Modalités dites, adresses de retour tues : les scénarios perdus sont comptés, sans arrêter la campagne."""
    bloc = "adaptateur: {type: operateur}\npro_sante_connect: {modalites: [web]"
    muet = points(banc, journal, decrire(tmp_path, bloc + "}"))["connexion"]
    assert not muet.bon and not muet.arrete and "non exécuté" in muet.recu
    assert "pro_sante_connect.redirect_uris" in muet.que_faire
    assert "connexion" not in points(
        banc, journal, decrire(tmp_path, bloc + ", redirect_uris: ['https://labo.test/r']}")
    )


def test_logiciel_injoignable(tmp_path: Path, banc: Banc, journal: JournalEchanges) -> None:
    """Personne au bout de l'adresse : dit, avec l'occupant du port."""
    with socket.socket() as reserve:
        reserve.bind(("127.0.0.1", 0))
        port = reserve.getsockname()[1]
        lus = points(banc, journal, decrire(tmp_path, f"adaptateur: {{type: http, url: 'http://127.0.0.1:{port}'}}"))
    (point,) = lus.values()
    assert point.arrete and "injoignable" in point.recu
    assert f"port {port} : " in point.que_faire


def test_deux_versions(tmp_path: Path, banc: Banc, journal: JournalEchanges) -> None:
    """Un logiciel qui ne se dit pas comme décrit est signalé ; deux produits à la fois arrêtent tout."""
    programme = tmp_path / "outil.py"
    programme.write_text(
        'print(\'{"resultat": "fait", "donnees": {"nom": "Autre", "version": "9", "actions": []}}\')', encoding="utf-8"
    )
    outil = f"outil: {{type: commande, commande: ['{sys.executable}', outil.py]}}"
    seul = points(banc, journal, decrire(tmp_path, f"adaptateurs: {{{outil}}}"))
    assert not seul["version"].bon and not seul["version"].arrete and "Autre 9" in seul["version"].recu
    with ServeurProduit(logiciel()) as produit:
        deux = f"adaptateurs: {{api: {{type: http, url: '{produit.url}'}}, {outil}}}"
        lus = points(banc, journal, decrire(tmp_path, deux, actions="{defaut: api}"))
    assert lus["logiciel"].arrete and "ne parlent pas du même logiciel" in lus["logiciel"].recu


def test_qui_ecoute() -> None:
    """Le programme qui tient un port est nommé ; un port libre se dit."""
    if not Path("/proc/net/tcp").is_file():
        assert qui_ecoute(1) == "occupant inconnu de ce système"
        return
    with closing(socket.create_server(("127.0.0.1", 0))) as ecoute:
        port = ecoute.getsockname()[1]
        assert f"({os.getpid()})" in qui_ecoute(port)
    assert qui_ecoute(port) == "personne n'écoute"


# ----------------------------------------------------------------- commande
def test_commande_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Une configuration fautive : sortie 3, points en JSON, rien d'autre de lancé."""
    fichier = decrire(tmp_path, "adaptateur: {type: htp}")
    options = ["diagnostic", "--couloir", "biologie", "--logiciel", str(fichier), "--json"]
    assert main(options) == 3
    rendu = json.loads(capsys.readouterr().out)
    assert rendu["pret"] is False
    assert [(p["point"], p["bon"]) for p in rendu["points"]] == [("catalogue", True), ("configuration", False)]
    assert "le plus proche : http" in rendu["points"][1]["recu"]


def test_commande_entiere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Le témoin est prêt : sortie 0, un point par ligne, rien ne reste dans le dossier des campagnes."""
    assert main(["diagnostic", "--couloir", "biologie", "--dossier", str(tmp_path / "c")]) == 0
    sortie, nombre = capsys.readouterr().out, len(charger_contrat().actions)
    assert "✓ certificats" in sortie
    # Un laboratoire n'a pas les actions des autres métiers, et aucun de ses scénarios ne les appelle.
    assert f"actions offertes sur {nombre} ; aucun scénario de ces profils n'appelle les" in sortie
    assert sortie.endswith("Prêt pour une campagne.\n")
    assert not (tmp_path / "c").exists()


def test_banc_impossible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Des ports refusés arrêtent, avec ce que dit le système."""

    def refuser(*arguments: object, **reglages: object) -> None:
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(diagnostic, "Banc", refuser)
    lus = list(diagnostic.diagnostiquer("biologie", decrire(tmp_path, "adaptateur: {type: operateur}"), tmp_path))
    assert lus[-1].nom == "ports" and lus[-1].arrete and "Cannot assign" in lus[-1].recu


def test_couloir_inconnu(tmp_path: Path) -> None:
    """Un couloir mal tapé s'arrête là."""
    (point,) = diagnostic.diagnostiquer("biologi", tmp_path / "l.yaml", tmp_path)
    assert point.arrete and "biologi" in point.recu

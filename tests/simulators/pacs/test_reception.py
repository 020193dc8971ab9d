"""Le PACS simulé devant un vrai client DICOM : ce qu'il prend, ce qu'il refuse, ce qu'il garde."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from pydicom import dcmread
from pynetdicom import ae
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from simulators.drim.compression import AVEC_PERTE, SANS_PERTE
from simulators.drim.images import EXPLICITE, IMPLICITE, Image, PatientImage, fabriquer
from simulators.pacs import SimulateurPacs
from simulators.pacs.pannes import STATUTS
from simulators.pacs.reseau import AE
from simulators.socle.echange import Echange
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import demarrer_socle

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""Le client de la bibliothèque ne ferme pas la prise d'une association refusée ou abandonnée."""

PATIENT = PatientImage("IPP7", "HOPITAL", "DURAND^ANNE", "19800101", "F")


@dataclass
class Montage:
    """Un PACS monté."""

    pacs: SimulateurPacs
    journal: JournalEchanges

    def relier(self, *contextes: tuple[str, str]) -> Any:
        """Une association avec lui."""
        client = ae.ApplicationEntity(ae_title="ESSAI")
        client.acse_timeout = client.dimse_timeout = client.network_timeout = 20
        for classe, syntaxe in contextes:
            client.add_requested_context(classe, syntaxe)
        adresse = self.pacs.adresses()
        return client.associate(adresse["hote"], adresse["port"], ae_title=adresse["ae"])

    def dernier(self) -> Echange:
        return self.journal.echanges("pacs")[-1]


@pytest.fixture(scope="module")
def montage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Montage]:
    dossier = tmp_path_factory.mktemp("pacs")
    with JournalEchanges.creer(dossier / "campagne") as journal, demarrer_socle(journal, dossier / "ssl") as socle:
        pacs = SimulateurPacs(journal)
        pacs.monter(socle.serveur)
        yield Montage(pacs, journal)
        pacs.arreter()


def _images(syntaxe: str, nombre: int = 1, etude: str = "1.2.3") -> tuple[Image, ...]:
    return fabriquer(etude, "ACC", "1.2.9", PATIENT, [("CT", nombre)], syntaxe=syntaxe).images


def _lire(image: Image) -> Any:
    return dcmread(BytesIO(image.octets))


@pytest.mark.parametrize("syntaxe", [EXPLICITE, IMPLICITE, *SANS_PERTE, *AVEC_PERTE])
def test_une_image_prise_est_au_journal(montage: Montage, syntaxe: str) -> None:
    """Octet pour octet, avec qui l'a envoyée et dans quelle syntaxe."""
    (image,) = _images(syntaxe)
    jeu = _lire(image)
    lien = montage.relier((image.sop_class, syntaxe))
    assert lien.is_established
    assert lien.send_c_store(jeu).Status == 0
    lien.release()
    vu = montage.dernier()
    assert (vu.operation, vu.pair, vu.requete.cible) == ("C-STORE", "ESSAI", AE)
    assert vu.notes["instance"] == image.uid and vu.notes["syntaxe"] == syntaxe and vu.notes["statut"] == "0000H"
    assert vu.requete.corps.octets and image.octets.endswith(vu.requete.corps.octets)


def test_echo(montage: Montage) -> None:
    lien = montage.relier((str(Verification), IMPLICITE))
    assert lien.send_c_echo().Status == 0
    lien.release()
    assert montage.dernier().operation == "C-ECHO"


@pytest.mark.parametrize(("panne", "statut"), sorted(STATUTS.items()))
def test_refus(montage: Montage, panne: str, statut: int) -> None:
    """Une panne change le statut rendu, une fois, et le journal la dit."""
    (image,) = _images(EXPLICITE)
    lien = montage.relier((image.sop_class, EXPLICITE))
    with montage.pacs.panne(panne):
        assert lien.send_c_store(_lire(image)).Status == statut
    assert lien.send_c_store(_lire(image)).Status == 0
    lien.release()
    refuse = montage.journal.echanges("pacs")[-2]
    assert refuse.panne == panne and refuse.notes["statut"] == f"{statut:04X}H"


def test_abandon_et_connexion_refusee(montage: Montage) -> None:
    """Une association abandonnée se journalise sans réponse ; une connexion refusée n'en ouvre aucune."""
    (image,) = _images(EXPLICITE)
    lien = montage.relier((image.sop_class, EXPLICITE))
    with montage.pacs.panne("abandon"):
        assert "Status" not in lien.send_c_store(_lire(image))
    assert montage.dernier().reponse is None
    with montage.pacs.panne("refus_de_connexion"):
        assert not montage.relier((image.sop_class, EXPLICITE)).is_established


@pytest.mark.parametrize("octets", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x01\x00\xff\xff\xff\xff", b"\x00" * 4096])
def test_client_hostile(montage: Montage, octets: bytes) -> None:
    """Il est fermé, et le suivant est servi."""
    adresse = montage.pacs.adresses()
    with socket.create_connection((adresse["hote"], adresse["port"]), timeout=10) as prise:
        prise.sendall(octets)
        prise.shutdown(socket.SHUT_WR)
        prise.settimeout(20)
        while prise.recv(4096):
            pass
    test_echo(montage)


def test_plusieurs_images_d_une_association(montage: Montage) -> None:
    images = _images(EXPLICITE, 12, "1.2.4")
    lien = montage.relier((images[0].sop_class, EXPLICITE))
    avant = montage.journal.position()
    assert [lien.send_c_store(_lire(image)).Status for image in images] == [0] * 12
    lien.release()
    recues = montage.journal.echanges("pacs", depuis=avant)
    assert [e.notes["instance"] for e in recues] == [image.uid for image in images]

"""Clés, certificats, horodatage : ce qui est admis, ce qui est refusé, et à quoi l'on peut se fier."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from reports.sceau import Domaine
from reports.sceau.cles import (
    PRIVEES,
    CleDeSignature,
    CleRefusee,
    cle_ephemere,
    lire_certificats,
    lire_cle_pem,
    lire_pkcs12,
    pem,
)
from reports.sceau.horodatage import HorodatageRefuse, demander, interroger, poser, verifier
from reports.sceau.ouverture import ArchiveScellee
from tests.reports.sceau.conftest import DossierSain
from tests.reports.sceau.fabrique import CLE, PetiteCampagne, falsifier, membres_de
from tests.reports.sceau.tsa import Tsa, certificat, servir

LE_JOUR = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)


def _sans_mot_de_passe(fichier: str) -> str:
    raise AssertionError(f"aucun mot de passe n'est attendu pour {fichier}")


def _pem(cle: PRIVEES, mot_de_passe: bytes | None = None) -> bytes:
    chiffrement = serialization.BestAvailableEncryption(mot_de_passe) if mot_de_passe else serialization.NoEncryption()
    return cle.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, chiffrement)


@pytest.mark.parametrize(
    "cle",
    [
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 3072),
    ],
    ids=["Ed25519", "P-256", "P-384", "RSA 3072"],
)
def test_chaque_cle_admise_scelle(sain: DossierSain, cle: PRIVEES) -> None:
    """Lue d'un PEM, chacune signe un dossier que la vérification accepte sous son empreinte."""
    chemin = sain.atelier / "cle.pem"
    chemin.write_bytes(_pem(cle))
    lue = lire_cle_pem(chemin, _sans_mot_de_passe)
    scelle = sain.petite.sceller(sain.atelier / "k.zip", lue)
    rendu = sain.petite.verifier(scelle.chemin, cle_attendue=lue.empreinte)
    assert rendu.anomalies == []
    assert rendu.signataire is not None
    assert (rendu.signataire.algorithme, rendu.signataire.confiance) == (lue.algorithme, "la clé est celle attendue")


@pytest.mark.parametrize(
    ("cle", "dit"),
    [
        (rsa.generate_private_key(65537, 2048), "clé RSA de 2048 bits : 3072 au moins"),
        (ec.generate_private_key(ec.SECP521R1()), "genre non admis"),
    ],
    ids=["RSA 2048", "P-521"],
)
def test_cle_trop_faible_ou_inconnue(tmp_path: Path, cle: PRIVEES, dit: str) -> None:
    """Une clé hors de la liste est refusée, en disant ce qui est attendu."""
    (tmp_path / "cle.pem").write_bytes(_pem(cle))
    with pytest.raises(CleRefusee, match=dit):
        lire_cle_pem(tmp_path / "cle.pem", _sans_mot_de_passe)


def test_mot_de_passe(tmp_path: Path) -> None:
    """Une clé chiffrée demande son mot de passe ; un mauvais est dit tel, sans le montrer."""
    cle = ed25519.Ed25519PrivateKey.generate()
    (tmp_path / "cle.pem").write_bytes(_pem(cle, b"sesame"))
    lue = lire_cle_pem(tmp_path / "cle.pem", lambda fichier: "sesame")
    assert lue.empreinte == CleDeSignature(cle).empreinte
    with pytest.raises(CleRefusee, match="mot de passe faux") as refus:
        lire_cle_pem(tmp_path / "cle.pem", lambda fichier: "mauvais-mdp")
    assert "mauvais-mdp" not in str(refus.value)


class Igc:
    """Une autorité, une intermédiaire et un éditeur."""

    def __init__(self, instant: dt.datetime = LE_JOUR) -> None:
        self.cles = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
        racine, intermediaire, feuille = self.cles
        self.racine = certificat("AC racine", racine, None, racine, instant, autorite=True, annees=9)
        self.intermediaire = certificat("AC éditeurs", intermediaire, self.racine, racine, instant, autorite=True)
        self.editeur = certificat("Éditeur & Fils", feuille, self.intermediaire, intermediaire, instant, annees=1)

    def p12(self, chemin: Path, mot_de_passe: bytes) -> Path:
        """Un PKCS#12 dont la chaîne est donnée dans le désordre."""
        chemin.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"editeur", self.cles[2], self.editeur, [self.racine, self.intermediaire],
                serialization.BestAvailableEncryption(mot_de_passe),
            )
        )  # fmt: skip
        return chemin


def test_pkcs12_et_autorite(sain: DossierSain) -> None:
    """Le certificat d'un PKCS#12 voyage avec sa chaîne ; il mène à son autorité, pas à une autre."""
    igc = Igc()
    cle = lire_pkcs12(igc.p12(sain.atelier / "e.p12", b"sesame"), lambda fichier: "sesame")
    assert [c.subject for c in cle.certificats] == [c.subject for c in (igc.editeur, igc.intermediaire, igc.racine)]
    chemin = sain.petite.sceller(sain.atelier / "p12.zip", cle).chemin
    bon = sain.petite.verifier(chemin, autorites=(igc.racine,), maintenant=lambda: LE_JOUR)
    assert bon.anomalies == []
    assert bon.signataire is not None
    assert bon.signataire.titulaire == "CN=Éditeur & Fils"
    assert bon.signataire.confiance == "le certificat mène à l'autorité donnée"
    faux = sain.petite.verifier(chemin, autorites=(Igc().racine,), maintenant=lambda: LE_JOUR)
    assert [a.domaine for a in faux.anomalies] == [Domaine.SIGNATURE]
    assert "n'a pas été émis par l'autorité attendue" in faux.anomalies[0].message
    with pytest.raises(CleRefusee, match="mot de passe faux"):
        lire_pkcs12(sain.atelier / "e.p12", lambda fichier: "autre")


def test_certificat_perime(sain: DossierSain) -> None:
    """Un certificat se juge à la date de l'horodatage s'il y en a un, sinon à celle de la vérification."""
    igc = Igc()
    cle = lire_pkcs12(igc.p12(sain.atelier / "e.p12", b"s"), lambda fichier: "s")
    chemin = sain.petite.sceller(sain.atelier / "vieux.zip", cle).chemin
    plus_tard = LE_JOUR + dt.timedelta(days=800)
    rendu = sain.petite.verifier(chemin, maintenant=lambda: plus_tard)
    assert any("ne vaut plus depuis" in a.message for a in rendu.anomalies)
    tsa = Tsa.neuve(LE_JOUR)
    poser(chemin, tsa.repondre(demander(_signature(chemin))), (tsa.racine,))
    date = sain.petite.verifier(chemin, maintenant=lambda: plus_tard, autorites_horodatage=(tsa.racine,))
    assert date.anomalies == []
    sans_autorite = sain.petite.verifier(chemin, maintenant=lambda: plus_tard)
    assert any("ne vaut plus depuis" in a.message for a in sans_autorite.anomalies)


def test_une_autorite_ne_suffit_pas_a_etre_feuille(sain: DossierSain) -> None:
    """Un certificat émis par un simple éditeur, qui n'est pas une autorité, ne mène nulle part."""
    igc = Igc()
    cle = ec.generate_private_key(ec.SECP256R1())
    usurpe = certificat("Usurpateur", cle, igc.editeur, igc.cles[2], LE_JOUR)
    signature = CleDeSignature(cle, (usurpe, igc.editeur, igc.intermediaire))
    chemin = sain.petite.sceller(sain.atelier / "u.zip", signature).chemin
    rendu = sain.petite.verifier(chemin, autorites=(igc.racine,), maintenant=lambda: LE_JOUR)
    assert [a.domaine for a in rendu.anomalies] == [Domaine.SIGNATURE]


def test_certificat_d_une_autre_cle(tmp_path: Path) -> None:
    """Donner à une clé le certificat d'une autre est refusé."""
    igc = Igc()
    (tmp_path / "cle.pem").write_bytes(_pem(ec.generate_private_key(ec.SECP256R1())))
    (tmp_path / "cert.pem").write_bytes(pem(igc.editeur))
    with pytest.raises(CleRefusee, match="n'est pas celui de cette clé"):
        lire_cle_pem(tmp_path / "cle.pem", _sans_mot_de_passe, tmp_path / "cert.pem")
    with pytest.raises(CleRefusee, match="illisible"):
        lire_certificats(b"pas un certificat")


def test_cle_ephemere_dite_telle(sain: DossierSain) -> None:
    """Une clé faite pour l'occasion le dit au manifeste, dans LISEZMOI et à la vérification."""
    scelle = sain.petite.sceller(sain.atelier / "e.zip", cle_ephemere())
    assert "faite pour ce seul dossier" in membres_de(scelle.chemin)["LISEZMOI.txt"].decode()
    rendu = sain.petite.verifier(scelle.chemin)
    assert rendu.signataire is not None
    assert rendu.signataire.ephemere
    assert any("faite pour ce seul dossier" in phrase for phrase in rendu.avertissements)


# -- horodatage ------------------------------------------------------------------------------------------------


def _signature(chemin: Path) -> bytes:
    with chemin.open("rb") as fichier:
        return ArchiveScellee(fichier).enveloppe.signature


def test_horodatage_par_une_vraie_prise(tmp_path: Path) -> None:
    """Demandé en HTTP, posé, vérifié hors ligne : l'heure, le nom, et si l'autorité est connue."""
    petite = PetiteCampagne(tmp_path / "campagne", nombre=1)
    chemin = petite.sceller(tmp_path / "d.zip").chemin
    sans = chemin.read_bytes()
    tsa = Tsa.neuve(LE_JOUR)
    with servir(tsa) as url:
        pose = poser(chemin, interroger(url, demander(_signature(chemin))))
    assert (pose.instant, pose.nom, pose.autorite_connue) == (LE_JOUR, "CN=TSA d'essai", False)
    rendu = petite.verifier(chemin, autorites_horodatage=(tsa.racine,))
    assert rendu.anomalies == []
    assert rendu.horodatage is not None
    assert (rendu.horodatage.instant, rendu.horodatage.autorite_connue) == (LE_JOUR, True)
    assert petite.verifier(chemin).intact
    membres = membres_de(chemin)
    assert list(membres)[:3] == ["LISEZMOI.txt", "manifeste.dsse.json", "horodatage.tsr"]
    # Seul l'horodatage a été ajouté : le reste redonne, octet pour octet, le dossier d'avant.
    del membres["horodatage.tsr"]
    assert falsifier(chemin, tmp_path / "r.zip", lambda m: m.pop("horodatage.tsr")).read_bytes() == sans


def test_horodatage_d_un_autre_dossier(tmp_path: Path) -> None:
    """La réponse faite pour une autre signature est refusée à la pose comme à la vérification."""
    petite = PetiteCampagne(tmp_path / "campagne", nombre=1)
    chemin = petite.sceller(tmp_path / "d.zip").chemin
    tsa = Tsa.neuve(LE_JOUR)
    autre = tsa.repondre(demander(b"une autre signature"))
    with pytest.raises(HorodatageRefuse, match="une autre signature que celle de ce dossier"):
        poser(chemin, autre)
    faux = falsifier(chemin, tmp_path / "f.zip", lambda m: m.update({"horodatage.tsr": autre}))
    assert [a.domaine for a in petite.verifier(faux).anomalies] == [Domaine.HORODATAGE]


def test_horodatage_altere_ou_d_ailleurs() -> None:
    """Un octet changé dans ce qui est signé, une autre autorité, une réponse qui n'en est pas : refusés."""
    signature = CLE.signer(b"essai")
    tsa = Tsa.neuve(LE_JOUR)
    reponse = tsa.repondre(demander(signature))
    assert verifier(reponse, signature, (tsa.racine,)).autorite_connue
    with pytest.raises(HorodatageRefuse, match="ne mène pas"):
        verifier(reponse, signature, (Tsa.neuve(LE_JOUR).racine,))
    heure = reponse.index(b"20261122093000Z")
    altere = reponse[:heure] + b"20250101000000Z" + reponse[heure + 15 :]
    for autorites in ((tsa.racine,), ()):
        with pytest.raises(HorodatageRefuse):
            verifier(altere, signature, autorites)
    # Une réponse qui ne porte pas sa racine n'est vérifiée que par l'autorité donnée ; sans elle, elle n'est pas crue.
    for autorites in ((tsa.racine,), ()):
        lu = verifier(tsa.repondre(demander(signature), avec_racine=False), signature, autorites)
        assert (lu.verifie, lu.autorite_connue, lu.nom) == (bool(autorites), bool(autorites), "CN=TSA d'essai")
    for rien in (b"", b"\x30\x00", b"<html>", reponse + b"\0"):
        with pytest.raises(HorodatageRefuse):
            verifier(rien, signature)


def test_serveur_absent() -> None:
    """Un serveur qui ne répond pas, ou une adresse qui n'en est pas une, se disent."""
    with servir(Tsa.neuve(LE_JOUR)) as url:
        pass
    with pytest.raises(HorodatageRefuse, match="pas de réponse utilisable"):
        interroger(url, b"x")
    with pytest.raises(HorodatageRefuse, match="http"):
        interroger("file:///etc/passwd", b"x")

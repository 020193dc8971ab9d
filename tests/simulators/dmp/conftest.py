"""Un DMP monté sur de vrais ports, et un client HTTP de la bibliothèque standard."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree

from simulators.dmp import SimulateurDMP
from simulators.dmp.reglages import Reglages
from simulators.socle.echange import Echange
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle, demarrer_socle
from simulators.socle.pki import Identifiants
from tests.simulators.dmp import messages
from tests.simulators.dmp.messages import DemandeVihf, Document

RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"


@dataclass(frozen=True)
class Recu:
    """Réponse HTTP reçue."""

    statut: int
    type_contenu: str
    octets: bytes

    @property
    def xml(self) -> etree._Element:
        """Enveloppe de la réponse, extraite du multipart s'il y en a un."""
        octets = self.octets
        if self.type_contenu.startswith("multipart/"):
            octets = octets[octets.index(b"<?xml") : octets.index(b"</soap:Envelope>") + len(b"</soap:Envelope>")]
        return etree.fromstring(octets)

    @property
    def codes(self) -> list[str]:
        """Codes d'erreur rendus (faute, registre, HL7 ou service), sinon le statut."""
        racine = self.xml
        fautes = [
            (element.text or "")
            for element in racine.iter("{http://www.w3.org/2003/05/soap-envelope}Value")
            if element.text != "soap:Sender"
            or len(list(racine.iter("{http://www.w3.org/2003/05/soap-envelope}Value"))) == 1
        ]
        registre = [e.get("errorCode", "") for e in racine.iter("{*}RegistryError")]
        hl7 = [e.get("code", "") for e in racine.iterfind(".//{*}acknowledgementDetail/{*}code")]
        hl7 = hl7 or [e.get("code", "") for e in racine.iter("{*}queryResponseCode")]
        service = [e.text or "" for e in racine.iter("{urn:si-dmp-habilitations}status", "{urn:si-dmp-patients}status")]
        statuts = [
            e.get("status", "").rsplit(":", 1)[-1] for e in racine.iter("{*}RegistryResponse", "{*}AdhocQueryResponse")
        ]
        return fautes or registre or hl7 or service or statuts

    @property
    def fiches(self) -> list[etree._Element]:
        return list(self.xml.iter(f"{RIM}ExtrinsicObject"))

    @property
    def references(self) -> list[str]:
        return [e.get("id", "") for e in self.xml.iter(f"{RIM}ObjectRef")]

    @property
    def unique_ids(self) -> list[str]:
        chemin = f"{RIM}ExternalIdentifier[@identificationScheme='urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab']"
        return [e.get("value", "") for f in self.fiches for e in f.iterfind(chemin)]


class Essai:
    """Un simulateur, un journal, et de quoi lui parler comme un logiciel."""

    def __init__(self, dossier: Path, journal: JournalEchanges, socle: Socle) -> None:
        self.dossier, self.journal, self.socle = dossier, journal, socle
        # Les essais portent chacun sur un point : la signature du lot n'est exigée que dans les siens.
        self.dmp = SimulateurDMP(journal, socle.igc, reglages=Reglages(exiger_signature_lot=False))
        self.dmp.monter(socle.serveur)
        self.cps = socle.igc.identifiants("cps_auth_1").certificat.subject.rfc4514_string()
        self.professionnel = next(p.split("=")[1] for p in self.cps.split(",") if p.startswith("CN="))
        self.depart = 0

    def identifiants(self, mode: str) -> tuple[Identifiants, Identifiants]:
        """(TLS, signature) du mode."""
        noms = ("cps_auth_1", "cps_sign_1") if mode == "DIRECTE" else ("org_auth_cli", "org_sign")
        return self.socle.igc.identifiants(noms[0]), self.socle.igc.identifiants(noms[1])

    def demande(self, mode: str = "INDIRECTE", **choix: Any) -> DemandeVihf:
        return DemandeVihf(mode=mode, name_id=choix.pop("name_id", self.professionnel), **choix)

    def poster(self, service: str, octets: bytes, type_contenu: str, *, tls: Identifiants | None = None) -> Recu:
        """POST brut par http.client."""
        url = urlsplit(f"{self.dmp.adresses()['url']}/{service}")
        contexte = self.contexte(tls)
        connexion = http.client.HTTPSConnection(url.hostname or "", url.port, context=contexte, timeout=20)
        try:
            connexion.request("POST", url.path, octets, {"Content-Type": type_contenu})
            reponse = connexion.getresponse()
            return Recu(reponse.status, reponse.headers["Content-Type"] or "", reponse.read())
        finally:
            connexion.close()

    def contexte(self, tls: Identifiants | None) -> ssl.SSLContext:
        contexte = ssl.create_default_context(cafile=str(self.socle.igc.racines_pem))
        if tls is not None:
            contexte.load_cert_chain(str(tls.chemin_pem), str(tls.chemin_cle))
        return contexte

    def appeler(self, service: str, corps: str, action: str, demande: DemandeVihf | None = None, **choix: Any) -> Recu:
        """Appel SOAP complet, VIHF signé compris."""
        demande = demande or self.demande()
        tls, signature = self.identifiants(demande.mode)
        octets = messages.enveloppe(corps, action, messages.vihf(signature, demande), **choix)
        return self.poster(service, octets, f'application/soap+xml; charset=utf-8; action="{action}"', tls=tls)

    def alimenter(self, documents: Sequence[Document], demande: DemandeVihf | None = None, **choix: Any) -> Recu:
        demande = demande or self.demande()
        tls, signature = self.identifiants(demande.mode)
        corps = messages.td21(documents, **choix)
        racine = messages.enveloppe(corps, messages.ACTION_TD21, messages.vihf(signature, demande))
        octets = messages.multipart(racine, [(f"{d.id}@essai", d.octets) for d in documents])
        return self.poster("repository", octets, messages.type_multipart(messages.ACTION_TD21), tls=tls)

    def document(self, **choix: Any) -> Document:
        return Document(auteur=choix.pop("auteur", self.professionnel), **choix)

    def chercher(self, requete: str, demande: DemandeVihf | None = None, **parametres: Any) -> Recu:
        corps = messages.td31(requete, **parametres)
        return self.appeler("registry", corps, messages.ACTION_TD31, demande or self.demande("DIRECTE"))

    def echanges(self) -> list[Echange]:
        return self.journal.echanges(service="dmp", depuis=self.depart)


@pytest.fixture(scope="session")
def _essai(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Essai]:
    dossier = tmp_path_factory.mktemp("dmp")
    with JournalEchanges.creer(dossier / "campagne") as journal, demarrer_socle(journal, dossier / "secrets") as socle:
        yield Essai(dossier, journal, socle)


@pytest.fixture
def essai(_essai: Essai) -> Essai:
    """Le simulateur remis à zéro, avec un dossier ouvert où le professionnel est autorisé."""
    _essai.dmp.remettre_a_zero()
    _essai.depart = _essai.journal.position()
    _essai.dmp.etat.ouvrir_dossier(messages.INS, messages.OID, autorisations={_essai.professionnel: "VALIDE"})
    return _essai

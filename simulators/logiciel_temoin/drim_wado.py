"""La source rend ses images : WADO-RS, TLS mutuel, jeton vérifié auprès de Pro Santé Connect à chaque demande."""

from __future__ import annotations

import ssl
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import urllib3
from cryptography import x509

from simulators.logiciel_temoin.acces_structures import certificat_de_serveur, lire_emetteur
from simulators.logiciel_temoin.drim_images import Image, ecrire, lire
from simulators.logiciel_temoin.messagerie_revocation import ErreurRevocation, Revocation
from simulators.logiciel_temoin.psc_environnement import PSC
from simulators.logiciel_temoin.psc_modele import ErreurFournisseur

if TYPE_CHECKING:
    from simulators.logiciel_temoin.drim_kos import Identite
    from simulators.logiciel_temoin.drim_source import Source

_BASE = "/dicomweb"
_EXPLICITE, _IMPLICITE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
_CAPACITES = (
    b'<?xml version="1.0" encoding="UTF-8"?><application xmlns="http://wadl.dev.java.net/2009/02"><resources>'
    b'<resource path="studies/{study}/series/{series}"><method name="GET" id="RetrieveSeries"/></resource>'
    b"</resources></application>"
)
_NIVEAUX = ("studies", "series", "instances")


class ServeurWado:
    """Le serveur de la source, dans son fil."""

    def __init__(self, source: Source) -> None:
        labo = source.labo
        contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexte.minimum_version = ssl.TLSVersion.TLSv1_2
        with TemporaryDirectory() as dossier:
            chemin = Path(dossier) / "serveur.pem"
            chemin.write_bytes(certificat_de_serveur())
            contexte.load_cert_chain(chemin)
        contexte.load_verify_locations(labo.environnement.racines)
        # Sans certificat, la demande est refusée plus bas : le refus se lit alors dans la réponse.
        contexte.verify_mode = ssl.CERT_NONE if labo.defaut("wado_certificat_non_demande") else ssl.CERT_OPTIONAL
        self._serveur = _Serveur(contexte, source)
        threading.Thread(target=self._serveur.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://localhost:{self._serveur.server_address[1]}{_BASE}"

    def fermer(self) -> None:
        self._serveur.shutdown()
        self._serveur.server_close()
        self._serveur.fermer()


class _Serveur(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, contexte: ssl.SSLContext, source: Source) -> None:
        self.contexte = contexte
        self.source = source
        self._revocation = Revocation(source.labo.defauts)
        self._reserve = urllib3.PoolManager(timeout=urllib3.Timeout(connect=1.0, read=2.0), retries=False)
        super().__init__(("127.0.0.1", 0), _Guichet)

    def fermer(self) -> None:
        self._revocation.fermer()
        self._reserve.clear()

    def certifie(self, der: bytes | None) -> bool:
        """Vrai pour un certificat présenté et non révoqué ; son émetteur l'a été par la poignée de main."""
        defaut = self.source.labo.defaut
        dispense = defaut("wado_certificat_facultatif") or defaut("wado_certificat_non_demande")
        if der is None:
            return dispense
        if defaut("wado_revocation_ignoree"):
            return True
        certificat = x509.load_der_x509_certificate(der)
        try:
            self._revocation.controler(certificat, lire_emetteur(certificat, self._reserve))
        except (ErreurRevocation, ValueError):
            return False
        return True

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(10)
        try:
            with self.contexte.wrap_socket(request, server_side=True) as chiffre:
                super().finish_request(chiffre, client_address)
        except (OSError, ValueError):
            return


class _Guichet(BaseHTTPRequestHandler):
    server: _Serveur

    def do_OPTIONS(self) -> None:
        if self.server.source.labo.defaut("wado_capacites_absentes"):
            self._repondre(405, "text/plain", b"")
        else:
            self._repondre(200, "application/vnd.sun.wadl+xml", _CAPACITES)

    def do_GET(self) -> None:
        source, chemin = self.server.source, self.path.partition("?")[0].rstrip("/")
        if chemin == _BASE:
            return self.do_OPTIONS()
        prise: Any = self.connection
        if not self.server.certifie(prise.getpeercert(binary_form=True)):
            return self._repondre(403, "text/plain", b"certificat refuse")
        if not _jeton_admis(source, self.headers.get("Authorization") or ""):
            return self._repondre(401, "text/plain", b"jeton refuse")
        segments = chemin.removeprefix(f"{_BASE}/").split("/")
        if len(segments) % 2 or tuple(segments[::2]) != _NIVEAUX[: len(segments) // 2]:
            return self._repondre(404, "text/plain", b"adresse inconnue")
        demande = segments[1::2]
        publie = source.publies.get(demande[0])
        if publie is None and not source.labo.defaut("wado_etude_non_publiee_servie"):
            return self._repondre(404, "text/plain", b"etude inconnue de cette source")
        images = [
            i
            for i in source.pacs.chercher(demande[0])
            if demande[1:2] in ([], [i.serie]) and demande[2:3] in ([], [i.uid])
        ]
        if source.labo.defaut("wado_derniere_image_oubliee"):
            images = images[:-1]
        if not images:
            return self._repondre(404, "text/plain", b"aucune image")
        accept = self.headers.get("Accept") or ""
        if "multipart/related" not in accept and "*/*" not in accept:
            return self._repondre(406, "text/plain", b"multipart/related attendu")
        return self._rendre(source, [_preparer(source, image, publie.identite if publie else None) for image in images])

    def _rendre(self, source: Source, fichiers: list[bytes]) -> None:
        syntaxe = _IMPLICITE if source.labo.defaut("wado_implicite") else _EXPLICITE
        if source.labo.defaut("wado_json"):
            return self._repondre(200, "application/dicom", b"".join(fichiers))
        borne = uuid.uuid4().hex
        tete = f"--{borne}\r\nContent-Type: application/dicom; transfer-syntax={syntaxe}\r\n\r\n".encode()
        corps = b"".join(tete + fichier + b"\r\n" for fichier in fichiers) + f"--{borne}--\r\n".encode()
        return self._repondre(200, f'multipart/related; type="application/dicom"; boundary={borne}', corps)

    def _repondre(self, statut: int, genre: str, corps: bytes) -> None:
        self.send_response(statut)
        self.send_header("Content-Type", genre)
        self.send_header("Content-Length", str(len(corps)))
        self.end_headers()
        self.wfile.write(corps)

    def log_message(self, format: str, *args: Any) -> None:
        """Rien sur la sortie d'erreur."""


def _jeton_admis(source: Source, autorisation: str) -> bool:
    labo = source.labo
    if labo.defaut("wado_jeton_toujours_refuse"):
        return False
    if labo.defaut("wado_sans_jeton"):
        return True
    sorte, _, jeton = autorisation.partition(" ")
    if sorte.lower() != "bearer" or not jeton.strip():
        return False
    if labo.defaut("wado_sans_introspection"):
        return True
    try:
        client = labo.fournisseurs.client(PSC)
        reponse = client.objet(client.poster(client.point("introspection_endpoint"), {"token": jeton.strip()}))
    except ErreurFournisseur:
        return False
    return reponse.get("active") is True or labo.defaut("wado_introspection_ignoree")


def _preparer(source: Source, image: Image, identite: Identite | None) -> bytes:
    """L'image en Explicit VR, avec l'INS du patient parmi ses autres identifiants."""
    from pydicom import Dataset
    from pydicom.sequence import Sequence as Suite

    labo = source.labo
    jeu = lire(image.octets)
    if identite is not None and not labo.defaut("wado_ins_absente"):
        ins, emetteur = Dataset(), Dataset()
        emetteur.UniversalEntityID, emetteur.UniversalEntityIDType = identite.oid, "ISO"
        ins.PatientID, ins.IssuerOfPatientID = identite.matricule, "ASIP-SANTE-INS-NIR"
        ins.IssuerOfPatientIDQualifiersSequence = Suite([emetteur])
        jeu.OtherPatientIDsSequence = Suite([ins])
    if labo.defaut("wado_image_alteree"):
        jeu.PixelData = bytes([jeu.PixelData[0] ^ 1]) + jeu.PixelData[1:]
    syntaxe = str(jeu.file_meta.TransferSyntaxUID)
    if syntaxe in (_EXPLICITE, _IMPLICITE):
        return ecrire(jeu, _IMPLICITE if labo.defaut("wado_implicite") else _EXPLICITE)
    flux = BytesIO()
    jeu.save_as(flux)
    return flux.getvalue()

"""Une DRIMbox source : elle garde des examens publiés et rend leurs images en WADO-RS (DICOM PS3.18, 10.4)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from simulators.drim import negociation
from simulators.drim.images import Examen, Image, PatientImage, refaire
from simulators.drim.pannes import PANNES, REFUS
from simulators.socle.jetons import JetonRefuse, VerificateurJetons
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import AvecPannes, RegistrePannes
from simulators.socle.pki import IgcTest
from simulators.socle.porteur import porteur, presenter, refuser_porteur
from simulators.socle.requete import Port, ReponseSimulee, RequeteRecue, Route
from simulators.socle.serveur import ConfigTls, ModeClient, ServeurBanc

BASE = "/drim/wado"
_NIVEAUX = ("studies", "series", "instances")
_WADL = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<application xmlns="http://wadl.dev.java.net/2009/02">'
    b'<resources><resource path="studies/{study}"><method name="GET" id="RetrieveStudy"/>'
    b'<resource path="series/{series}"><method name="GET" id="RetrieveSeries"/>'
    b'<resource path="instances/{instance}"><method name="GET" id="RetrieveInstance"/></resource>'
    b"</resource></resource></resources></application>\n"
)


@dataclass
class EtatSource:
    """`examens` : étude → syntaxe de transfert → examen."""

    examens: dict[str, dict[str, Examen]] = field(default_factory=dict)

    def publier(self, *variantes: tuple[str, Examen]) -> None:
        """Rend un examen servable ; une variante par syntaxe de transfert que la source sait rendre."""
        self.examens[variantes[0][1].etude] = dict(variantes)

    def vider(self) -> None:
        self.examens.clear()


class SimulateurDrim(AvecPannes):
    """Source distante : `etat.publier`, `panne`, `adresses`. TLS mutuel, jeton de Pro Santé Connect."""

    def __init__(self, journal: JournalEchanges, igc: IgcTest, jetons: VerificateurJetons) -> None:
        self.etat = EtatSource()
        self.pannes = RegistrePannes("drim", journal, PANNES)
        self._jetons = jetons
        self._igc = igc
        self._port: Port | None = None

    def monter(self, serveur: ServeurBanc) -> None:
        """Ouvre le port, en TLS mutuel (certificat ORG AUTH_CLI de la consommatrice)."""
        self._port = serveur.ajouter(
            "drim", [Route("*", "/*", self._traiter, operation)], tls=ConfigTls(client=ModeClient.REQUIS),
            pannes=self.pannes, corps_max=2**16,
        )  # fmt: skip

    @property
    def url(self) -> str:
        """Base DICOMweb, sans barre finale."""
        if self._port is None:
            raise RuntimeError("la source DRIM simulée n'est pas montée : appelez monter() d'abord")
        return self._port.url + BASE

    def adresses(self) -> dict[str, str]:
        """Ce qu'on donne au logiciel."""
        return {"wado": self.url}

    def url_de(self, etude: str, serie: str = "") -> str:
        """RetrieveURL d'une étude ou d'une série, tel qu'un KOS le porte."""
        return f"{self.url}/studies/{etude}" + (f"/series/{serie}" if serie else "")

    def remettre_a_zero(self) -> None:
        """Ni examen ni panne."""
        self.etat.vider()
        self.pannes.vider()

    async def _traiter(self, requete: RequeteRecue) -> ReponseSimulee:
        return self.servir(requete)

    def servir(self, requete: RequeteRecue) -> ReponseSimulee:
        """La réponse à une demande ; ce qui en a été compris est noté sur l'échange."""
        demande = cible(requete)
        if demande is None:
            return _refus(requete, 404, "adresse inconnue")
        if requete.methode == "OPTIONS" or (not demande and requete.methode == "GET"):
            return ReponseSimulee(200, _WADL, "application/vnd.sun.wadl+xml")
        if requete.methode != "GET":
            return _refus(requete, 405, f"méthode {requete.methode} non admise")
        for nom, valeur in zip(("etude", "serie", "instance"), demande, strict=False):
            requete.noter(nom, valeur)
        if (refus := self._jeton(requete)) is not None:
            return refus
        if (armee := self.pannes.prendre(requete, *REFUS)) is not None:
            return _refus(requete, *REFUS[armee.nom])
        return self._images(requete, demande)

    def _jeton(self, requete: RequeteRecue) -> ReponseSimulee | None:
        jeton = porteur(requete)
        if not jeton:
            return refuser_porteur(requete, None)
        try:
            presenter(self._jetons, requete, jeton)
        except JetonRefuse as refus:
            return refuser_porteur(requete, refus)
        return None

    def _images(self, requete: RequeteRecue, demande: Sequence[str]) -> ReponseSimulee:
        variantes = self.etat.examens.get(demande[0])
        if variantes is None:
            return _refus(requete, 404, "étude inconnue de cette source")
        try:
            # Un en-tête peut venir en plusieurs lignes (RFC 9110, 5.3).
            accept = ", ".join(valeur for nom, valeur in requete.entetes if nom.lower() == "accept")
            offres = negociation.lire_accept(accept)
        except negociation.AcceptIllisible as erreur:
            return _refus(requete, 400, str(erreur))
        if not offres:
            return _refus(requete, 400, "Accept absent")
        syntaxe = negociation.choisir(offres, tuple(variantes))
        if syntaxe is None:
            return _refus(requete, 406, f"syntaxes tenues : {', '.join(variantes)}")
        if self.pannes.prendre(requete, "mauvaise_syntaxe") is not None:
            syntaxe = next((autre for autre in variantes if autre != syntaxe), syntaxe)
        examen = variantes[syntaxe]
        images = [i for i in examen.images if demande[1:2] in ((), (i.serie,)) and demande[2:3] in ((), (i.uid,))]
        if not images:
            return _refus(requete, 404, "série ou instance inconnue")
        if self.pannes.prendre(requete, "instance_manquante") is not None:
            images = images[:-1]
        if self.pannes.prendre(requete, "autre_patient") is not None:
            images = [d_un_autre(examen, image) for image in images]
        requete.noter("syntaxe", syntaxe)
        requete.noter("instances", " ".join(image.uid for image in images))
        return multipart(images, syntaxe)


def d_un_autre(examen: Examen, image: Image) -> Image:
    """La même image, au nom et à l'INS d'une autre personne fictive."""
    autre: PatientImage = replace(examen.patient, nom="ERREUR^IDENTITE", matricule="100019999900149")
    return refaire(image, autre)


def cible(requete: RequeteRecue) -> tuple[str, ...] | None:
    """(étude, série, instance) demandées, les absentes omises ; vide pour la base ; None pour une autre adresse."""
    chemin = requete.chemin.rstrip("/")
    if chemin == BASE:
        return ()
    if not chemin.startswith(f"{BASE}/"):
        return None
    segments = chemin.removeprefix(f"{BASE}/").split("/")
    if len(segments) % 2 or len(segments) > 6 or tuple(segments[::2]) != _NIVEAUX[: len(segments) // 2]:
        return None
    return tuple(segments[1::2])


def operation(requete: RequeteRecue) -> str:
    """Nom de l'opération au journal."""
    demande = cible(requete)
    if demande is None:
        return ""
    return "capacites" if not demande or requete.methode == "OPTIONS" else f"wado-{_NIVEAUX[len(demande) - 1]}"


def multipart(images: Sequence[Image], syntaxe: str) -> ReponseSimulee:
    """Réponse `multipart/related`, une partie `application/dicom` par instance."""
    borne = f"banc-{secrets.token_hex(12)}"
    parties = b"".join(
        f"--{borne}\r\nContent-Type: application/dicom; transfer-syntax={syntaxe}\r\n"
        f"Content-Length: {len(image.octets)}\r\n\r\n".encode()
        + image.octets
        + b"\r\n"
        for image in images
    )
    genre = f'multipart/related; type="application/dicom"; transfer-syntax={syntaxe}; boundary={borne}'
    return ReponseSimulee(200, parties + f"--{borne}--\r\n".encode(), genre)


def _refus(requete: RequeteRecue, statut: int, motif: str) -> ReponseSimulee:
    requete.noter("refus", motif)
    corps = json.dumps({"erreur": f"[banc] {motif}"}, ensure_ascii=False).encode()
    return ReponseSimulee(statut, corps, "application/json")

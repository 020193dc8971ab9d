"""Réponses DNS de l'opérateur (RFC 1035, 2782, 6186) : une question en octets, une réponse en octets."""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from dnslib import AAAA, EDNS0, OPCODE, QTYPE, RCODE, RR, SOA, SRV, A, DNSHeader, DNSQuestion, DNSRecord
from dnslib.label import DNSLabel

DUREE = 60
UDP_SANS_EDNS = 512
SERVIS = {"_submission._tcp": "smtp", "_imap._tcp": "imap"}
FERMES = ("_imaps._tcp", "_submissions._tcp", "_pop3._tcp", "_pop3s._tcp")
"""Services que l'opérateur n'offre pas : cible « . » (RFC 6186, § 3.4)."""

_NOM_MAX, _ENTETE, _OPT = 255, 12, 41


@dataclass(frozen=True, slots=True)
class Cibles:
    """Où mènent les SRV. `morte` : port de la boucle locale où rien n'écoute."""

    hote: str
    ports: Mapping[str, int]
    morte: int = 0


@dataclass(frozen=True, slots=True)
class Resolution:
    """Une question lue et sa réponse. `panne` : panne jouée ; `octets` vide : rien à répondre."""

    nom: str
    genre: str
    code: str
    octets: bytes
    panne: str = ""


@dataclass(frozen=True, slots=True)
class Demande:
    """Une question : nom en minuscules sans point final, type en lettres. `edns` : taille UDP annoncée, 0 sans EDNS."""

    nom: str
    genre: str
    etiquettes: tuple[bytes, ...] = ()
    type: int = 0
    classe: int = 1
    edns: int = 0


Prendre = Callable[[str, str], str]
"""(nom demandé, type) → nom de la panne jouée, ou vide."""


class Zone:
    """Ce que le serveur de noms sait. `domaines` et `cibles` sont relus à chaque question."""

    def __init__(
        self,
        domaines: Callable[[], Collection[str]],
        cibles: Callable[[], Cibles],
        *,
        adresses: tuple[str, str] = ("127.0.0.1", "::1"),
        panne: Prendre = lambda nom, genre: "",
    ) -> None:
        """`adresses` : IPv4 et IPv6 des noms servis, IPv6 vide s'il n'y en a pas."""
        self._domaines = domaines
        self._cibles = cibles
        self._adresses = adresses
        self._panne = panne

    def resoudre(self, question: bytes, *, udp: bool) -> Resolution | None:
        """La réponse ; None si ce n'est pas une question à laquelle répondre (réponse, en-tête tronqué)."""
        if len(question) < _ENTETE:
            return None
        numero, drapeaux, nombre = struct.unpack_from("!HHH", question)
        if drapeaux & 0x8000:
            return None
        opcode = drapeaux >> 11 & 0xF
        reponse = DNSRecord(DNSHeader(id=numero, qr=1, aa=1, rd=drapeaux >> 8 & 1, opcode=opcode))
        if opcode != OPCODE.QUERY:
            return self._rendre(reponse, Demande("", "?"), "NOTIMP")
        demande = lire_question(question) if nombre == 1 else None
        if demande is None:
            return self._rendre(reponse, Demande("", "?"), "FORMERR")
        reponse.add_question(DNSQuestion(DNSLabel(demande.etiquettes), demande.type, demande.classe))
        code, panne = self._repondre(reponse, demande.nom, demande.genre)
        if demande.edns:
            reponse.add_ar(EDNS0(udp_len=1232))
        limite = min(max(demande.edns, UDP_SANS_EDNS), 4096) if udp else 0
        return self._rendre(reponse, demande, code, panne, limite)

    def _rendre(self, reponse: DNSRecord, demande: Demande, code: str, panne: str = "", limite: int = 0) -> Resolution:
        reponse.header.rcode = getattr(RCODE, code)
        octets = bytes(reponse.pack())
        if limite and len(octets) > limite:
            # RFC 2181, § 9 : la réponse tronquée ne sert qu'à faire revenir le client en TCP.
            reponse.header.tc = 1
            octets = bytes(DNSRecord(reponse.header, questions=reponse.questions).pack())
        return Resolution(demande.nom, demande.genre, code, octets, panne)

    def _repondre(self, reponse: DNSRecord, nom: str, genre: str) -> tuple[str, str]:
        """Remplit la réponse ; rend son code et la panne jouée."""
        domaines = {domaine.lower() for domaine in self._domaines()}
        cibles = self._cibles()
        service, domaine = _couper(nom)
        if service and domaine in domaines:
            panne = self._panne(nom, genre) if service in SERVIS and genre == "SRV" else ""
            if panne == "srv_absent":
                return self._vide(reponse, domaine, False), panne
            if genre in ("SRV", "ANY"):
                self._offrir(reponse, nom, _srv(service, cibles, panne), cibles)
                return "NOERROR", panne
            return self._vide(reponse, domaine, True), ""
        if nom in self._noms(domaines, cibles):
            trouve = self._adresser(reponse.add_answer, nom, genre)
            return ("NOERROR" if trouve else self._vide(reponse, nom, True)), ""
        parent = next((d for d in sorted(domaines, key=len, reverse=True) if nom == d or nom.endswith(f".{d}")), "")
        existe = nom in domaines or (bool(parent) and nom == f"_tcp.{parent}")
        return self._vide(reponse, parent, existe), ""

    def _offrir(self, reponse: DNSRecord, nom: str, enregistrements: list[SRV], cibles: Cibles) -> None:
        for srv in enregistrements:
            reponse.add_answer(RR(DNSLabel(nom), QTYPE.SRV, rdata=srv, ttl=DUREE))
        if any(str(srv.target) != "." for srv in enregistrements):
            self._adresser(reponse.add_ar, cibles.hote, "ANY")

    def _noms(self, domaines: Collection[str], cibles: Cibles) -> set[str]:
        """Noms qui ont une adresse : l'hôte de l'opérateur et l'autoconfiguration de chaque domaine."""
        return {cibles.hote.lower(), "localhost", *(f"autoconfig.{domaine}" for domaine in domaines)}

    def _adresser(self, ajouter: Callable[[RR], None], nom: str, genre: str) -> bool:
        v4, v6 = self._adresses
        trouve = False
        for type_rr, valeur in (("A", A(v4)), ("AAAA", AAAA(v6) if v6 else None)):
            if valeur is not None and genre in (type_rr, "ANY"):
                ajouter(RR(DNSLabel(nom), getattr(QTYPE, type_rr), rdata=valeur, ttl=DUREE))
                trouve = True
        return trouve

    def _vide(self, reponse: DNSRecord, zone: str, existe: bool) -> str:
        """Aucune donnée (NODATA) ou nom inexistant, avec le SOA qui borne sa mise en cache (RFC 2308)."""
        if zone:
            soa = SOA(f"ns.{zone}", f"hostmaster.{zone}", (1, 3600, 600, 86400, DUREE))
            reponse.add_auth(RR(DNSLabel(zone), QTYPE.SOA, rdata=soa, ttl=DUREE))
        return "NOERROR" if existe else "NXDOMAIN"


def lire_question(octets: bytes) -> Demande | None:
    """La question d'un message qui n'en porte qu'une ; None si elle est illisible.

    Écrit ici plutôt que confié à une bibliothèque : un nom de question n'est jamais comprimé, et un pointeur y ferait
    tourner un lecteur qui les suit.
    """
    etiquettes: list[bytes] = []
    rang = _ENTETE
    while rang < len(octets) and (taille := octets[rang]):
        if taille > 63 or rang + taille - _ENTETE > _NOM_MAX:
            return None
        etiquettes.append(octets[rang + 1 : rang + 1 + taille])
        rang += 1 + taille
    if len(octets) < rang + 5:
        return None
    numero, classe = struct.unpack_from("!HH", octets, rang + 1)
    nom = b".".join(etiquettes).decode("ascii", "backslashreplace").lower()
    reponses, autorites, _ = struct.unpack_from("!HHH", octets, 6)
    suite = octets[rang + 5 :]
    edns = 0
    if not (reponses or autorites) and len(suite) >= 5 and struct.unpack_from("!BH", suite) == (0, _OPT):
        edns = int(struct.unpack_from("!H", suite, 3)[0])
    return Demande(nom, _genre(numero), tuple(etiquettes), numero, classe, edns)


def _srv(service: str, cibles: Cibles, panne: str) -> list[SRV]:
    """Enregistrements du service ; l'ordre ne suit pas la priorité, exprès : le client doit trier (RFC 2782)."""
    if service in FERMES:
        return [SRV(0, 0, 0, ".")]
    port = cibles.ports[SERVIS[service]]
    if panne == "srv_cible_morte":
        return [SRV(0, 1, cibles.morte, cibles.hote)]
    if panne == "srv_second":
        return [SRV(20, 1, port, cibles.hote), SRV(10, 1, cibles.morte, cibles.hote)]
    return [SRV(0, 1, port, cibles.hote)]


def _couper(nom: str) -> tuple[str, str]:
    """(service connu, domaine) d'un nom de SRV ; vides sinon."""
    for service in (*SERVIS, *FERMES):
        if nom.startswith(f"{service}."):
            return service, nom[len(service) + 1 :]
    return "", ""


def _genre(numero: int) -> str:
    nom = QTYPE.forward.get(numero)
    return str(nom) if nom else f"TYPE{numero}"

"""Secrets : remplacés par une empreinte à clé qui se compare encore, jamais écrits en clair.

La clé ne quitte pas la mémoire du processus : deux valeurs égales donnent la même empreinte dans une campagne, et
l'empreinte n'aide pas à retrouver la valeur.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import sys
from collections.abc import Iterable
from urllib.parse import quote, quote_plus, unquote_to_bytes
from xml.sax.saxutils import escape

ENTETES_SECRETS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
CLES_SECRETES = frozenset(
    {
        "access_token",
        "actor_token",
        "auth_req_id",
        "cle_privee",
        "client_assertion",
        "client_secret",
        "code_verifier",
        "device_code",
        "id_token",
        "id_token_hint",
        "jeton",
        "mot_de_passe",
        "passwd",
        "password",
        "private_key",
        "refresh_token",
        "subject_token",
    }
)
CHAMPS_SECRETS = CLES_SECRETES | {"assertion", "code", "logout_token", "token"}
"""Champs de formulaire et paramètres d'adresse : ces noms-là disent autre chose dans du JSON (`code` d'une erreur)."""
_ENTETES_ADRESSES = frozenset({"location", "referer"})
LONGUEUR_MINIMALE = 6
NOMBREUX = 32
"""Écritures à partir desquelles un contenu est lu bloc par bloc plutôt que l'une après l'autre."""
_BLOC = 8
_CLE_PRIVEE = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)
_CLE_JSON = re.compile(rf'"({"|".join(sorted(CLES_SECRETES | ENTETES_SECRETS))})":', re.IGNORECASE)
_ECHAPPE = re.compile(rb'["\\\x00-\x1f]')
_PARAMETRE = re.compile(rf"(?<=[?&#])({'|'.join(sorted(CHAMPS_SECRETS))})=([^&#]+)", re.IGNORECASE)
_CHAMP = re.compile(rf"(?<![^&])({'|'.join(sorted(CHAMPS_SECRETS))})=([^&]+)".encode(), re.IGNORECASE)


class Expurgateur:
    """Remplace les secrets connus dans des en-têtes, des cibles, du JSON et des octets."""

    def __init__(self, cle: bytes) -> None:
        self._cle = cle
        self._valeurs: set[bytes] = set()
        # Chaque écriture d'un secret (telle quelle, dans une URL, du XML, du JSON), et le secret dont elle vient. Elles
        # se cherchent par blocs, jamais par une expression : en compiler une à chaque secret coûterait le prix de tous.
        self._origines: dict[bytes, bytes] = {}
        self._courts: tuple[bytes, ...] = ()
        self._blocs: dict[int, tuple[bytes, ...]] = {}
        self._plus_longue = 0
        self._echappables = False

    def empreinte(self, valeur: str | bytes) -> str:
        """`empreinte:` suivi de 32 chiffres hexadécimaux : HMAC-SHA-256 tronqué."""
        octets = valeur.encode("utf-8", "surrogatepass") if isinstance(valeur, str) else valeur
        return f"empreinte:{hmac.new(self._cle, octets, hashlib.sha256).hexdigest()[:32]}"

    def proteger(self, valeur: str | bytes) -> None:
        """Déclare un secret : il sera remplacé partout, aussi sous ses formes encodées (URL, XML, JSON)."""
        octets = valeur.encode() if isinstance(valeur, str) else valeur
        if len(octets) < LONGUEUR_MINIMALE:
            raise ValueError(f"secret trop court pour être protégé : {LONGUEUR_MINIMALE} octets au moins")
        if octets in self._valeurs:
            return
        # Des collections neuves : une réception peut, dans un autre fil, être en train de parcourir les anciennes.
        self._valeurs = self._valeurs | {octets}
        neuves = {forme: octets for forme in _formes(octets) if forme not in self._origines}
        # D'abord ce que veut dire une écriture, ensuite l'index qui y mène.
        self._origines = {**self._origines, **neuves}
        self._courts = (*self._courts, *(court for forme in neuves for court in _indexer(forme, self._blocs)))
        self._echappables = self._echappables or any(map(_ECHAPPE.search, neuves))
        self._plus_longue = max(self._plus_longue, *map(len, neuves), 0)

    def oublier(self, valeurs: Iterable[str]) -> None:
        """Ne cherche plus ces secrets : un jeton périmé n'en est plus un, et chaque secret cherché coûte."""
        oublies = {valeur.encode() for valeur in valeurs} & self._valeurs
        if not oublies:
            return
        self._valeurs = self._valeurs - oublies
        origines: dict[bytes, bytes] = {}
        for secret in self._valeurs:
            origines.update(dict.fromkeys(_formes(secret), secret))
        blocs: dict[int, tuple[bytes, ...]] = {}
        self._courts = tuple(court for forme in origines for court in _indexer(forme, blocs))
        self._blocs = blocs
        self._origines = origines
        self._echappables = any(map(_ECHAPPE.search, origines))
        self._plus_longue = max(map(len, origines), default=0)

    def _possibles(self, octets: bytes) -> Iterable[bytes]:
        """Les écritures de secrets que ce contenu peut porter."""
        if len(self._origines) < NOMBREUX:
            return self._origines
        blocs = self._blocs
        lus = memoryview(octets)[: len(octets) // _BLOC * _BLOC].cast("Q")
        # Presque aucun contenu ne porte de secret : l'interpréteur n'y parcourt pas les blocs lui-même.
        if blocs.keys().isdisjoint(lus):
            return self._courts
        return dict.fromkeys((*self._courts, *(forme for bloc in lus for forme in blocs.get(bloc, ()))))

    def _trouver(self, octets: bytes) -> list[tuple[int, int, bytes]]:
        """Début, fin et secret de chaque passage à remplacer, sans chevauchement, le plus long d'abord."""
        taille = len(octets)
        trouves: list[tuple[int, int, bytes]] = []
        for forme in self._possibles(octets):
            if len(forme) <= taille and forme in octets:
                secret = self._origines.get(forme, forme)
                debut = octets.find(forme)
                while debut >= 0:
                    trouves.append((debut, debut + len(forme), secret))
                    debut = octets.find(forme, debut + len(forme))
        if len(trouves) < 2:
            return trouves
        retenus: list[tuple[int, int, bytes]] = []
        for passage in sorted(trouves, key=lambda lu: (lu[0], -lu[1])):
            if not retenus or passage[0] >= retenus[-1][1]:
                retenus.append(passage)
        return retenus

    @property
    def retenue(self) -> int:
        """Octets qu'un flux doit garder en attente pour qu'aucun secret ne passe à cheval sur deux blocs."""
        return max(0, self._plus_longue - 1)

    def octets(self, octets: bytes) -> bytes:
        """Les mêmes octets, secrets connus et clés privées PEM remplacés."""
        if b"PRIVATE KEY-----" in octets:
            octets = _CLE_PRIVEE.sub(lambda trouve: self.empreinte(trouve[0]).encode(), octets)
        passages = self._trouver(octets)
        if not passages:
            return octets
        sortie: list[bytes] = []
        reste = 0
        for debut, fin, secret in passages:
            sortie += [octets[reste:debut], self.empreinte(secret).encode()]
            reste = fin
        return b"".join((*sortie, octets[reste:]))

    def bloc(self, tampon: bytes) -> tuple[bytes, bytes]:
        """Pour un flux : ce qui peut partir, et ce qui doit attendre la suite."""
        if not self._valeurs:
            return tampon, b""
        sortie: list[bytes] = []
        reste = 0
        for debut, fin, secret in self._trouver(tampon):
            sortie += [tampon[reste:debut], self.empreinte(secret).encode()]
            reste = fin
        coupe = max(reste, len(tampon) - self.retenue)
        sortie.append(tampon[reste:coupe])
        return b"".join(sortie), tampon[coupe:]

    def texte(self, texte: str) -> str:
        """Le même texte sans secret, et toujours représentable en UTF-8."""
        if not texte.isascii():
            texte = texte.encode("utf-8", "backslashreplace").decode("utf-8")
        if not self._valeurs and "PRIVATE KEY-----" not in texte:
            return texte
        return self.octets(texte.encode("utf-8")).decode("utf-8", "backslashreplace")

    def cible(self, cible: str) -> str:
        """Cible HTTP dont les paramètres secrets (`access_token=`…) sont remplacés, connus ou non.

        L'empreinte est celle de la valeur décodée : la même que dans un corps ou un formulaire.
        """
        if "?" in cible or "#" in cible:
            cible = _PARAMETRE.sub(
                lambda lu: f"{lu[1]}={self.empreinte(unquote_to_bytes(lu[2].replace('+', ' ')))}", cible
            )
        return self.texte(cible)

    def formulaire(self, octets: bytes) -> bytes:
        """Corps `application/x-www-form-urlencoded` dont les champs secrets sont remplacés, connus ou non."""
        return _CHAMP.sub(
            lambda lu: lu[1] + b"=" + self.empreinte(unquote_to_bytes(lu[2].replace(b"+", b" "))).encode(), octets
        )

    def entetes(self, entetes: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """Mêmes en-têtes, dans le même ordre, valeurs secrètes remplacées."""
        return tuple((nom, self._entete(nom.lower(), valeur)) for nom, valeur in entetes)

    def _entete(self, nom: str, valeur: str) -> str:
        if nom in ENTETES_SECRETS:
            return self.empreinte(valeur)
        return self.cible(valeur) if nom in _ENTETES_ADRESSES else self.texte(valeur)

    def rien_a_cacher(self, texte: str) -> bool:
        """Vrai si ce JSON (écrit sans échapper l'Unicode) ne peut porter aucun secret : `json` le rendrait tel quel.

        Un secret dont une forme a des caractères que JSON échappe peut y être écrit autrement : réponse prudente, faux.
        """
        if self._echappables or "PRIVATE KEY-----" in texte or _CLE_JSON.search(texte):
            return False
        try:
            octets = texte.encode("utf-8")
        except UnicodeEncodeError:
            return False
        return not self._trouver(octets)

    def json(self, valeur: object) -> object:
        """Parcourt une valeur JSON ; les clés qui nomment un secret cachent leur valeur, quelle qu'elle soit."""
        if isinstance(valeur, str):
            return self.texte(valeur)
        if isinstance(valeur, dict):
            return {self.texte(str(cle)): self._champ(str(cle), contenu) for cle, contenu in valeur.items()}
        if isinstance(valeur, list | tuple):
            return [self.json(element) for element in valeur]
        return valeur

    def _champ(self, cle: str, valeur: object) -> object:
        if cle.lower() in CLES_SECRETES and valeur not in (None, "", True, False):
            return self.empreinte(valeur if isinstance(valeur, str) else json.dumps(valeur, sort_keys=True))
        if cle.lower() in ENTETES_SECRETS and isinstance(valeur, str):
            return self.empreinte(valeur)
        return self.json(valeur)


def _indexer(secret: bytes, blocs: dict[int, tuple[bytes, ...]]) -> tuple[bytes, ...]:
    """Range les blocs de la fin du secret, à tous leurs décalages ; rend le secret s'il est trop court pour cela.

    Un contenu lu de huit en huit octets tombe forcément sur l'un d'eux : quinze octets contiennent toujours un bloc
    aligné entier. Chercher ne coûte alors plus rien par secret.
    """
    fin = secret[1 - 2 * _BLOC :]
    if len(fin) < 2 * _BLOC - 1:
        return (secret,)
    for rang in range(_BLOC):
        bloc = int.from_bytes(fin[rang : rang + _BLOC], sys.byteorder)
        if secret not in (deja := blocs.get(bloc, ())):
            blocs[bloc] = (*deja, secret)  # une valeur neuve : un autre fil peut lire l'ancienne
    return ()


def _formes(secret: bytes) -> tuple[bytes, ...]:
    try:
        texte = secret.decode("utf-8")
    except UnicodeDecodeError:
        return (secret,)
    return (
        secret,
        quote(texte, safe="").encode(),
        quote_plus(texte).encode(),
        escape(texte, {'"': "&quot;", "'": "&apos;"}).encode(),
        escape(texte).encode(),
        json.dumps(texte)[1:-1].encode(),
        json.dumps(texte, ensure_ascii=False)[1:-1].encode(),
    )

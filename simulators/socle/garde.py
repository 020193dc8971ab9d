"""Garde des matricules réels : rien d'un vrai patient ne doit atteindre le disque.

Un matricule sous un OID d'INS de production (NIR ou NIA) qui n'est pas celui d'une identité de test connue arrête
la campagne. La recherche se fait par voisinage de l'OID, ce qui couvre d'un coup les écritures rencontrées :
attributs `root`/`extension` dans les deux ordres, `NumIdentifiant` puis `OID` d'INSi, type CX (`^^^&OID&ISO^NH`,
aussi avec `&amp;`), PID d'HL7 v2, paramètres d'URL encodés, `system`/`value` en JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from simulators.socle.garde_base64 import ExamenBase64

PORTEE = 256
"""Nombre d'octets regardés de part et d'autre de l'OID."""

REPERE = "213.1.4"
"""Sans ce morceau d'OID, un texte ne peut porter aucun INS."""

_OID_PRODUCTION = re.compile(rb"1\.2\.250\.1\.213\.1\.4\.[89](?!\.?[0-9])")
_PREFIXE = b"1.2.250.1.213.1.4."
# 13 caractères (Corse comprise), suivis ou non de la clé, qui ne sont pas un morceau d'un nombre ou d'un OID plus long.
_MATRICULE = re.compile(rb"(?<![0-9A-Za-z.])([0-9]{6}[0-9ABab][0-9]{6})([0-9]{2})?(?![0-9A-Za-z]|\.[0-9])")
# Mois de naissance possibles d'un NIR : réels, puis valeurs de convention (état civil incomplet).
_MOIS = frozenset({*range(1, 13), *range(20, 43), *range(50, 100)})
_MARGE = 32  # un OID, ou un matricule et ce qui le borne, y tient
_RECOUVREMENT = 2 * PORTEE + 5 * _MARGE


class JournalArrete(RuntimeError):
    """Le journal n'accepte plus rien : la campagne a été arrêtée."""


class JournalEnPanne(JournalArrete):
    """Le journal ne peut plus s'écrire (disque plein, support retiré) ; ce qui est déjà écrit est intact."""


class MatriculeReel(JournalArrete):
    """Un matricule de production inconnu du banc vient d'être vu. Le message ne le contient jamais."""

    def __init__(self, origine: str) -> None:
        super().__init__(
            f"Un matricule INS sous OID de production, étranger aux identités de test, a été vu dans {origine} : "
            "il peut s'agir d'un patient réel. L'échange n'a pas été enregistré et la campagne est arrêtée. "
            "À faire : retirer cette personne du logiciel évalué, puis recommencer avec les identités de test du banc."
        )
        self.origine = origine


class GardeMatricules:
    """Cherche un matricule de production hors de la liste permise."""

    def __init__(self) -> None:
        self._permis: set[bytes] = set()

    def autoriser(self, matricules: Iterable[str]) -> None:
        """Ajoute des matricules de test (13 caractères, ou 15 avec la clé)."""
        for matricule in matricules:
            if len(matricule) not in (13, 15) or not _MATRICULE.fullmatch(matricule.encode("ascii", "replace")):
                raise ValueError("matricule attendu sur 13 caractères, ou 15 avec sa clé")
            self._permis.add(matricule[:13].upper().encode("ascii"))

    def trouve(self, octets: bytes) -> bool:
        """Vrai si ces octets, complets, portent un matricule interdit."""
        examen = self.examen()
        return examen.suivre(octets) or examen.finir()

    def trouve_texte(self, texte: str) -> bool:
        """Vrai si ce texte, tel quel ou une fois les `%xx` décodés, porte un matricule interdit."""
        if REPERE not in texte:
            return False
        octets = texte.encode("utf-8", "replace")
        return self.trouve(octets) or ("%" in texte and self.trouve(unquote_to_bytes(octets)))

    def examen(self) -> Examen:
        """Examen d'un flux, bloc après bloc."""
        return Examen(self)

    def trouve_decode(self, octets: bytes) -> bool:
        """Comme `trouve`, pour ce qui sort d'un encodage : il n'est pas décodé une seconde fois."""
        octets = octets.replace(b"\0", b"")
        return any(self.interdit(octets, oid.start(), oid.end()) for oid in _OID_PRODUCTION.finditer(octets))

    def interdit(self, octets: bytes, debut: int, fin: int) -> bool:
        """Vrai si un matricule plausible que personne n'a permis est à portée de l'OID placé là."""
        for trouve in _MATRICULE.finditer(octets, max(0, debut - PORTEE), fin + PORTEE + _MARGE):
            if trouve.start() > fin + PORTEE:
                break
            if trouve[1].upper() not in self._permis and _plausible(trouve[1], trouve[2]):
                return True
        return False


class Examen:
    """Recherche au fil de l'eau : un matricule à cheval sur deux blocs est vu."""

    def __init__(self, garde: GardeMatricules) -> None:
        self._garde = garde
        self._encode = ExamenBase64()
        self._reste = b""
        self._vus = 0  # début, dans `_reste`, de ce qui n'a pas encore été examiné

    def suivre(self, bloc: bytes) -> bool:
        """Vrai dès qu'un matricule interdit est visible, tel quel ou encodé en base64."""
        return self._examiner(bloc, fin=False) or any(map(self._garde.trouve_decode, self._encode.suivre(bloc)))

    def finir(self) -> bool:
        """Examine ce qui attendait une suite."""
        restes = self._encode.suivre(b"", fin=True)
        return self._examiner(b"", fin=True) or any(map(self._garde.trouve_decode, restes))

    def _examiner(self, bloc: bytes, *, fin: bool) -> bool:
        if b"\0" in bloc:  # UTF-16 : les caractères de l'ASCII redeviennent contigus
            bloc = bloc.replace(b"\0", b"")
        tampon = self._reste + bloc if self._reste else bloc
        limite = len(tampon) if fin else len(tampon) - PORTEE - _MARGE
        if tampon.find(_PREFIXE, self._vus) >= 0:
            for oid in _OID_PRODUCTION.finditer(tampon, self._vus):
                if oid.end() > limite and not fin:
                    break
                if self._garde.interdit(tampon, oid.start(), oid.end()):
                    return True
        # Tout OID dont la fin ne dépasse pas `limite` a été examiné.
        coupe = max(0, len(tampon) - _RECOUVREMENT)
        self._reste = tampon[coupe:]
        self._vus = max(0, max(self._vus, limite - _MARGE) - coupe)
        return False


def _plausible(numero: bytes, cle: bytes | None) -> bool:
    """Écarte les nombres de 13 ou 15 chiffres qui ne peuvent pas être un matricule (dates, compteurs)."""
    if numero[:1] not in b"1234578" or int(numero[3:5]) not in _MOIS:
        return False
    return True if cle is None else 1 <= int(cle) <= 97

"""Lecture d'un message HL7 v2 : son type, son émetteur, et l'identité que dit son segment PID.

Seuls MSH, PID et MRG sont analysés : le coût ne dépend pas de la taille des documents que portent les OBX.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import hl7

from simulators.socle.identites import OID_INS_NIA
from steps.flux.identite import OIDS_INS, IdentiteUsager

EFFACE = '""'
TAILLE_MAX = 64 * 1024 * 1024
_SEGMENT_MAX = 1024 * 1024
_TYPES_INS = frozenset({"INS", "INS-NIR", "INS-NIA"})
_SEXES = {"M": "M", "F": "F", "U": "I", "O": "I", "A": "I", "N": "I", "I": "I"}
_SEQUENCE = re.compile(r"\\([A-Za-z.][^\\]{0,64})\\")
_LUS = frozenset({"MSH", "PID", "MRG"})


class MessageIllisible(ValueError):
    """Ces octets ne sont pas un message HL7 v2 dont on sache lire l'identité ; le message dit pourquoi."""


@dataclass(frozen=True, slots=True)
class IdentifiantHl7:
    """Une répétition de PID-3 ou de MRG-1 (type CX)."""

    numero: str
    autorite: str
    oid: str
    type_oid: str
    type_code: str

    @property
    def est_ins(self) -> bool:
        """Vrai si l'OID ou le type le donne comme une INS."""
        return self.oid in OIDS_INS or self.type_code in _TYPES_INS

    @property
    def nature_attendue(self) -> str:
        """Nom d'autorité que demande l'OID."""
        return "ASIP-SANTE-INS-NIA" if self.oid == OID_INS_NIA else "ASIP-SANTE-INS-NIR"

    def en_texte(self) -> str:
        """Forme CX, pour un constat."""
        return f"{self.numero}^^^{self.autorite}&{self.oid}&{self.type_oid}^{self.type_code}"


@dataclass(frozen=True, slots=True)
class NomHl7:
    """Une répétition de PID-5 (type XPN). `type_code` : L ou B (naissance), D ou U (utilisé)…"""

    nom: str
    prenom: str
    prenoms: str
    type_code: str


@dataclass(frozen=True, slots=True)
class IdentiteHl7:
    """Ce qu'un message dit d'un usager. Les valeurs effacées (`""`) restent telles quelles."""

    code: str
    evenement: str
    structure: str
    version: str
    numero: str
    horodatage: str
    application: str
    etablissement: str
    identifiants: tuple[IdentifiantHl7, ...]
    noms: tuple[NomHl7, ...]
    date_naissance: str
    sexe: str
    code_lieu_naissance: str
    fiabilite: tuple[str, ...]
    numero_securite_sociale: str
    anciens: tuple[IdentifiantHl7, ...]

    @property
    def type_message(self) -> str:
        """Par exemple `ADT^A28`."""
        return f"{self.code}^{self.evenement}" if self.evenement else self.code

    @property
    def ins(self) -> tuple[IdentifiantHl7, ...]:
        """Les répétitions de PID-3 qui portent une INS, effacement exclu."""
        return tuple(i for i in self.identifiants if i.est_ins and i.numero not in ("", EFFACE))

    @property
    def ins_effacee(self) -> bool:
        """Vrai si PID-3 demande d'effacer l'INS."""
        return any(i.est_ins and i.numero == EFFACE for i in self.identifiants)

    @property
    def nom_naissance(self) -> NomHl7 | None:
        """Le nom de type L ; à défaut B, à défaut un nom sans type."""
        return self._nom("L", "B", "")

    @property
    def nom_utilise(self) -> NomHl7 | None:
        """Le nom de type D ; à défaut U."""
        return self._nom("D", "U")

    def _nom(self, *types: str) -> NomHl7 | None:
        for type_code in types:
            for nom in self.noms:
                if nom.type_code == type_code:
                    return nom
        return None

    def usager(self) -> IdentiteUsager:
        """L'identité dans les champs du contrat."""
        naissance = self.nom_naissance or NomHl7("", "", "", "L")
        utilise = self.nom_utilise or NomHl7("", "", "", "D")
        ins = self.ins[0] if self.ins else None
        return IdentiteUsager(
            nom_naissance=naissance.nom,
            premier_prenom_naissance=naissance.prenom,
            prenoms_naissance=naissance.prenoms or naissance.prenom,
            date_naissance=self.date_naissance,
            sexe=self.sexe,
            code_lieu_naissance=self.code_lieu_naissance,
            nom_utilise=utilise.nom,
            prenom_utilise=utilise.prenom,
            matricule_ins=ins.numero if ins else "",
            oid_ins=ins.oid if ins else "",
        )


def segments_du_message(texte: str) -> tuple[str, ...]:
    """Les segments, sans le cadre MLLP ; CR est le séparateur, CRLF et LF sont tolérés.

    Un message trop gros, sans MSH ou aux séparateurs incohérents est refusé par `MessageIllisible`.
    """
    if len(texte) > TAILLE_MAX:
        raise MessageIllisible(f"message de plus de {TAILLE_MAX} caractères")
    brut = texte.strip("\x0b\x1c\r\n\t \ufeff")
    segments = tuple(s for s in brut.replace("\r\n", "\r").replace("\n", "\r").split("\r") if s)
    if not segments or not segments[0].startswith("MSH") or len(segments[0]) < 9:
        raise MessageIllisible("le premier segment n'est pas MSH")
    separateurs = segments[0][3:8]
    if len(set(separateurs)) != 5 or any(c.isalnum() or c.isspace() for c in separateurs) or "\x00" in separateurs:
        raise MessageIllisible("MSH-1 et MSH-2 ne donnent pas cinq séparateurs distincts")
    if segments[0][8] != separateurs[0]:
        raise MessageIllisible("MSH-2 ne compte pas quatre caractères")
    if sum(s.startswith("MSH") for s in segments) > 1:
        raise MessageIllisible("plusieurs messages dans le même envoi")
    return segments


def type_message(texte: str) -> str:
    """Code et événement de MSH-9, par exemple `ADT^A28`."""
    msh = _Segment(_analyser(segments_du_message(texte)[:1]).segments("MSH")[0])
    return "^".join(partie for partie in (msh.composant(9, 1), msh.composant(9, 2)) if partie)


def identite_du_message(texte: str) -> IdentiteHl7:
    """L'identité que dit le message ; `MessageIllisible` s'il n'a pas exactement un MSH et un PID."""
    segments = segments_du_message(texte)
    retenus = tuple(s for s in segments if s[:3] in _LUS)
    if any(len(s) > _SEGMENT_MAX for s in retenus):
        raise MessageIllisible(f"un segment d'identité dépasse {_SEGMENT_MAX} caractères")
    pids = [s for s in retenus if s.startswith("PID")]
    if len(pids) != 1:
        raise MessageIllisible(f"un segment PID attendu, {len(pids)} trouvé(s)")
    message = _analyser(retenus)
    msh, pid = _Segment(message.segments("MSH")[0]), _Segment(message.segments("PID")[0])
    mrg = _Segment(message.segments("MRG")[0]) if any(s.startswith("MRG") for s in retenus) else None
    return IdentiteHl7(
        code=msh.composant(9, 1),
        evenement=msh.composant(9, 2),
        structure=msh.composant(9, 3),
        version=msh.composant(12, 1),
        numero=msh.composant(10, 1),
        horodatage=msh.composant(7, 1),
        application=msh.composant(3, 1),
        etablissement=msh.composant(4, 1),
        identifiants=_identifiants(pid, 3),
        noms=_noms(pid),
        date_naissance=_date(pid.composant(7, 1)),
        sexe=_SEXES.get(pid.composant(8, 1), pid.composant(8, 1)),
        code_lieu_naissance=_lieu(pid),
        fiabilite=tuple(f for f in (_composant(r, 1) for r in pid.repetitions(32)) if f),
        numero_securite_sociale=pid.composant(19, 1),
        anciens=_identifiants(mrg, 1) if mrg else (),
    )


def desechapper(valeur: str) -> str:
    """Remplace les séquences d'échappement d'HL7 v2 par leurs caractères ; une séquence inconnue reste telle quelle."""
    return _SEQUENCE.sub(_remplacement, valeur)


def _remplacement(trouve: re.Match[str]) -> str:
    code = trouve[1]
    simple = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\", ".br": "\n"}.get(code)
    if simple is not None:
        return simple
    hexa = code[1:]
    if code[0] == "X" and hexa and len(hexa) % 2 == 0 and re.fullmatch("[0-9A-Fa-f]+", hexa):
        return bytes.fromhex(hexa).decode("utf-8", "replace")
    return trouve[0]


def _analyser(segments: tuple[str, ...]) -> hl7.Message:
    try:
        return hl7.parse("\r".join(segments))
    except (hl7.HL7Exception, IndexError, ValueError) as erreur:
        raise MessageIllisible(f"message HL7 v2 que l'on ne sait pas découper : {erreur}") from erreur


class _Segment:
    """Accès par rang aux champs d'un segment, quelle que soit la profondeur que la bibliothèque a bâtie."""

    def __init__(self, segment: hl7.Segment) -> None:
        self._segment = segment

    def repetitions(self, champ: int) -> list[list[list[str]]]:
        """Répétitions, composants, sous-composants du champ."""
        if champ >= len(self._segment):
            return []
        return [_composants(repetition) for repetition in self._segment[champ]]

    def composant(self, champ: int, rang: int) -> str:
        """Premier sous-composant du composant de la première répétition."""
        repetitions = self.repetitions(champ)
        return _composant(repetitions[0], rang) if repetitions else ""


def _composants(repetition: object) -> list[list[str]]:
    if isinstance(repetition, str):
        return [[desechapper(repetition)]]
    if not isinstance(repetition, list):
        return []
    return [
        [desechapper(str(sous)) for sous in composant] if isinstance(composant, list) else [desechapper(str(composant))]
        for composant in repetition
    ]


def _composant(composants: list[list[str]], rang: int, sous: int = 1) -> str:
    if len(composants) < rang or len(composants[rang - 1]) < sous:
        return ""
    return composants[rang - 1][sous - 1]


def _identifiants(segment: _Segment, champ: int) -> tuple[IdentifiantHl7, ...]:
    return tuple(
        IdentifiantHl7(
            numero=_composant(r, 1),
            autorite=_composant(r, 4, 1),
            oid=_composant(r, 4, 2),
            type_oid=_composant(r, 4, 3),
            type_code=_composant(r, 5),
        )
        for r in segment.repetitions(champ)
        if any(any(c) for c in r)
    )


def _noms(pid: _Segment) -> tuple[NomHl7, ...]:
    return tuple(
        NomHl7(_composant(r, 1), _composant(r, 2), _composant(r, 3), _composant(r, 7))
        for r in pid.repetitions(5)
        if any(any(c) for c in r)
    )


def _lieu(pid: _Segment) -> str:
    for adresse in pid.repetitions(11):
        if _composant(adresse, 7) == "BDL":
            return _composant(adresse, 9) or _composant(adresse, 5)
    return ""


def _date(valeur: str) -> str:
    """AAAAMMJJ devient AAAA-MM-JJ ; AAAAMM et AAAA sont complétés par `00` ; le reste est rendu tel quel."""
    chiffres = re.match(r"([0-9]{4})([0-9]{2})?([0-9]{2})?", valeur, re.ASCII)
    if chiffres is None:
        return valeur
    return "-".join((chiffres[1], chiffres[2] or "00", chiffres[3] or "00"))

"""Les acquittements du pair : un constructeur par cas, avec les codes de la table HL7 0357.

Source : HL7 v2.5 § 2.9.2 et § 2.14 ; ANS, CI-SIS, volet de transmission d'un document CDA R2 en HL7 v2, message
d'acquittement (MSH inversé, ACK^événement^ACK, ERR-3 et ERR-4 quand MSA-1 vaut AE ou AR).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from simulators.hl7v2.entete import EnTete

_TABLE_0357 = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "199": "Other HL7 Error",
    "200": "Unsupported message type",
    "203": "Unsupported version",
    "207": "Application error",
}


@dataclass(frozen=True)
class Acquittement:
    """MSA-1, et pour un refus : code de la table 0357 et lieu de l'erreur (ERR-2)."""

    code: str
    erreur: str = ""
    lieu: str = ""

    @property
    def positif(self) -> bool:
        return self.code in ("AA", "CA")

    def en_message(self, entete: EnTete, numero: str, instant: datetime, *, msa_2: str | None = None) -> bytes:
        """L'ACK, sans cadre ; `msa_2` remplace l'identifiant acquitté (panne)."""
        version = entete.champ(12) or "2.5"
        msh = [
            "MSH|^~\\&", *(_repris(entete, rang) for rang in (5, 6, 3, 4)), instant.strftime("%Y%m%d%H%M%S"), "",
            f"ACK^{entete.evenement}^ACK" if entete.evenement else "ACK", numero, entete.valeur(11) or "P",
            _repris_texte(version, entete), "", "", "", "", "FRA", entete.champ(18),
        ]  # fmt: skip
        identifiant = entete.identifiant if msa_2 is None else msa_2
        lignes = ["|".join(msh), f"MSA|{self.code}|{identifiant}"]
        if self.erreur:
            lignes.append(f"ERR||{self.lieu}|{self.erreur}^{_TABLE_0357[self.erreur]}^HL70357|E")
        return ("\r".join(lignes) + "\r").encode("latin-1", "replace")


def _repris(entete: EnTete, rang: int) -> str:
    return _repris_texte(entete.champ(rang), entete)


def _repris_texte(valeur: str, entete: EnTete) -> str:
    """Un champ du message, écrit avec les séparateurs de l'acquittement."""
    return valeur.replace(entete.composant, "^") if entete.champ(1) == "|" else valeur.replace("|", " ")


def accepte(entete: EnTete) -> Acquittement:
    """AA, ou CA si l'émetteur demande un accusé de réception (mode étendu, MSH-15)."""
    return Acquittement("CA" if entete.champ(15) in ("AL", "SU") else "AA")


def type_inconnu() -> Acquittement:
    """AE 200 : type de message que ce pair ne traite pas."""
    return Acquittement("AE", "200", "MSH^1^9")


def version_inconnue() -> Acquittement:
    """AE 203 : version d'HL7 que ce pair ne traite pas."""
    return Acquittement("AE", "203", "MSH^1^12")


def champ_absent(rang: int) -> Acquittement:
    """AE 101 : champ requis de MSH vide."""
    return Acquittement("AE", "101", f"MSH^1^{rang}")


def segment_absent(nom: str) -> Acquittement:
    """AE 100 : segment requis absent."""
    return Acquittement("AE", "100", f"{nom}^1")


def erreur_applicative() -> Acquittement:
    """AE 207 : le message est compris, mais n'a pas pu être traité."""
    return Acquittement("AE", "207")


def rejet() -> Acquittement:
    """AR 207 : refus de circonstance ; le message peut être renvoyé plus tard."""
    return Acquittement("AR", "207")


TYPES = frozenset({"ADT", "ORU", "OUL", "MDM", "OML", "ORM", "OMI", "SIU", "ZAM"})
_AVEC_PATIENT = frozenset({"ADT", "ORU", "OUL", "MDM"})


def juger(entete: EnTete) -> Acquittement:
    """Ce qu'un pair ordinaire répond à ce message, d'après son seul en-tête."""
    if not entete.identifiant.strip():
        return champ_absent(10)
    if entete.code not in TYPES:
        return type_inconnu()
    if not entete.valeur(12).startswith("2."):
        return version_inconnue()
    if entete.code in _AVEC_PATIENT and "PID" not in entete.segments:
        return segment_absent("PID")
    return accepte(entete)

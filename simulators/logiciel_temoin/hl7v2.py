"""Messages HL7 v2 d'identité (IHE PAM, extension française) : lecture et écriture du segment PID."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from simulators.logiciel_temoin.horloge import PARIS
from simulators.logiciel_temoin.identite import OID_INS, QUAL, VALI, Patient, identite_vide, translitterer

EFFACE = '""'
_ECHAPPEMENTS = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}


class MessageIllisible(ValueError):
    """Ce n'est pas un message d'identité que l'on sache lire."""


@dataclass(frozen=True)
class IdentiteRecue:
    """Ce qu'un message d'identité dit d'un usager."""

    evenement: str
    identifiant_message: str
    emetteur: str
    identite: dict[str, str | None]
    identifiants: tuple[tuple[str, str], ...] = ()
    fiabilite: tuple[str, ...] = ()
    ins_efface: bool = False
    anciens: tuple[tuple[str, str], ...] = ()
    champs_presents: frozenset[str] = field(default_factory=frozenset)

    @property
    def validee(self) -> bool:
        return "VALI" in self.fiabilite

    @property
    def matricule(self) -> str | None:
        return self.identite["matricule_ins"] or None

    @property
    def oid(self) -> str | None:
        return self.identite["oid_ins"] or None


def echapper(valeur: str) -> str:
    """Échappe les caractères de structure (HL7 v2 § 2.7)."""
    for code, caractere in (("E", "\\"), ("F", "|"), ("S", "^"), ("T", "&"), ("R", "~")):
        valeur = valeur.replace(caractere, f"\\{code}\\")
    return valeur


def desechapper(valeur: str) -> str:
    return re.sub(r"\\([FSTRE])\\", lambda trouve: _ECHAPPEMENTS[trouve.group(1)], valeur)


def _composants(valeur: str) -> list[str]:
    return valeur.split("^")


def _composant(valeur: str, rang: int) -> str:
    parties = _composants(valeur)
    return desechapper(parties[rang - 1]) if len(parties) >= rang else ""


def lire_message(contenu: str) -> IdentiteRecue:
    """Lit un ADT ; les segments sont séparés par CR (LF toléré)."""
    segments = [s for s in re.split(r"[\r\n]+", contenu.strip("\x0b\x1c\r\n ")) if s]
    if not segments or not segments[0].startswith("MSH|^~\\&"):
        raise MessageIllisible("le message ne commence pas par MSH|^~\\&")
    champs: dict[str, list[str]] = {}
    for segment in segments:
        champs.setdefault(segment[:3], segment.split("|"))
    msh, pid = champs["MSH"], champs.get("PID")
    if pid is None:
        raise MessageIllisible("le message n'a pas de segment PID")

    def msh_champ(rang: int) -> str:
        return msh[rang - 1] if len(msh) >= rang else ""

    def pid_champ(rang: int) -> str:
        return pid[rang] if len(pid) > rang else ""

    identite = identite_vide()
    ins_efface = _lire_identifiants(pid_champ(3), identite)
    _lire_noms(pid_champ(5), identite)
    naissance = re.match(r"(\d{4})(\d{2})(\d{2})", pid_champ(7))
    if naissance:
        identite["date_naissance"] = "-".join(naissance.groups())
    identite["sexe"] = {"M": "M", "F": "F"}.get(pid_champ(8), "I" if pid_champ(8) else "")
    for adresse in pid_champ(11).split("~"):
        if _composant(adresse, 7) == "BDL":
            identite["code_lieu_naissance"] = _composant(adresse, 9) or _composant(adresse, 5)
    identite["telephone"] = _telephone(pid_champ(13))
    mrg = champs.get("MRG")
    return IdentiteRecue(
        evenement=_composant(msh_champ(9), 2),
        identifiant_message=msh_champ(10),
        emetteur=_composant(msh_champ(3), 1),
        identite=identite,
        identifiants=_identifiants_locaux(pid_champ(3)),
        fiabilite=tuple(f for f in pid_champ(32).split("~") if f),
        ins_efface=ins_efface,
        anciens=_ins_de(mrg[1]) if mrg and len(mrg) > 1 else (),
        champs_presents=frozenset(c for c, v in identite.items() if v),
    )


def _lire_identifiants(champ: str, identite: dict[str, str | None]) -> bool:
    efface = False
    for repetition in champ.split("~"):
        oid = _oid(repetition)
        if _composant(repetition, 5) not in ("INS", "INS-NIR", "INS-NIA") and oid not in OID_INS:
            continue
        numero = _composant(repetition, 1)
        if numero == EFFACE:
            efface = True
        elif numero:
            identite["matricule_ins"], identite["oid_ins"] = numero, oid
    return efface


def _oid(repetition: str) -> str:
    autorite = _composants(repetition)[3] if len(_composants(repetition)) > 3 else ""
    parties = autorite.split("&")
    return parties[1] if len(parties) > 1 else ""


def _ins_de(champ: str) -> tuple[tuple[str, str], ...]:
    return tuple((_composant(r, 1), _oid(r)) for r in champ.split("~") if _oid(r) in OID_INS)


def _identifiants_locaux(champ: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_oid(r) or _composant(r, 4), _composant(r, 1))
        for r in champ.split("~")
        if _composant(r, 1) and _oid(r) not in OID_INS and _composant(r, 5) in ("PI", "")
    )


def _lire_noms(champ: str, identite: dict[str, str | None]) -> None:
    for repetition in champ.split("~"):
        nom, premier, suite = (translitterer(_composant(repetition, rang)) for rang in (1, 2, 3))
        usage = _composant(repetition, 7)
        if usage in ("L", "B", ""):
            if not premier:
                premier = suite.split(" ")[0]
            liste = suite if (suite + " ").startswith(premier + " ") else f"{premier} {suite}".strip()
            identite["nom_naissance"], identite["premier_prenom_naissance"] = nom, premier
            identite["prenoms_naissance"] = liste
        elif usage in ("D", "U"):
            identite["nom_utilise"], identite["prenom_utilise"] = nom, premier


def _telephone(champ: str) -> str:
    for repetition in champ.split("~"):
        numero = _composant(repetition, 12) or _composant(repetition, 1)
        if numero and "@" not in numero:
            return numero
    return ""


@dataclass(frozen=True)
class Adressage:
    """Émetteur et destinataire d'un message."""

    application: str
    structure: str
    oid_domaine: str
    destinataire: str


def ecrire_message(
    evenement: str,
    patient: Patient,
    adressage: Adressage,
    identifiant: str,
    instant: datetime,
    *,
    avec_ins: bool,
    ins_retire: tuple[str, str] | None = None,
) -> str:
    """Écrit un ADT ; `ins_retire` (matricule, OID) produit le retrait de l'INS d'un A47."""
    horodatage = instant.astimezone(PARIS).strftime("%Y%m%d%H%M%S")
    structure = "ADT_A30" if evenement == "A47" else "ADT_A05"
    msh = [
        "MSH",
        "^~\\&",
        echapper(adressage.application),
        echapper(adressage.structure),
        echapper(adressage.destinataire),
        echapper(adressage.destinataire),
        horodatage,
        "",
        f"ADT^{evenement}^{structure}",
        identifiant,
        "P",
        "2.5^FRA^2.10",
        "",
        "",
        "",
        "",
        "FRA",
        "UNICODE UTF-8",
    ]
    segments = ["|".join(msh), f"EVN||{horodatage}"]
    segments.append(segment_pid(patient, adressage, avec_ins=avec_ins, ins_retire=ins_retire))
    if evenement == "A47":
        ancien = _cx_ins(*ins_retire) if ins_retire else f"{patient.patient_id}^^^{_autorite(adressage)}^PI"
        segments.append(f"MRG|{ancien}")
    else:
        segments.append("PV1||N")
    return "\r".join(segments) + "\r"


def _autorite(adressage: Adressage) -> str:
    return f"LABO-TEMOIN&{adressage.oid_domaine}&ISO"


def _cx_ins(matricule: str, oid: str) -> str:
    autorite = "ASIP-SANTE-INS-NIA" if oid.endswith(".4.9") else "ASIP-SANTE-INS-NIR"
    return f"{matricule}^^^{autorite}&{oid}&ISO^INS"


def segment_pid(
    patient: Patient, adressage: Adressage, *, avec_ins: bool, ins_retire: tuple[str, str] | None = None
) -> str:
    """Le PID du patient ; `ins_retire` y écrit le retrait de l'INS."""
    identifiants = [f"{patient.patient_id}^^^{_autorite(adressage)}^PI"]
    if avec_ins and patient.matricule:
        identifiants.append(_cx_ins(patient.matricule, patient.oid or ""))
    elif ins_retire:
        identifiants.append(_cx_ins(EFFACE, ins_retire[1]))
    nom, premier, prenoms = (
        echapper(patient.trait(c)) for c in ("nom_naissance", "premier_prenom_naissance", "prenoms_naissance")
    )
    noms = [f"{nom}^{premier}^{prenoms or premier}^^^^L"]
    if patient.trait("nom_utilise") or patient.trait("prenom_utilise"):
        noms.append(f"{echapper(patient.trait('nom_utilise'))}^{echapper(patient.trait('prenom_utilise'))}^^^^^D")
    pid = [""] * 33
    pid[0] = "PID"
    pid[3] = "~".join(identifiants)
    pid[5] = "~".join(noms)
    pid[7] = patient.trait("date_naissance").replace("-", "")
    pid[8] = {"I": "U"}.get(patient.trait("sexe"), patient.trait("sexe"))
    pid[11] = f"^^^^^^BDL^^{patient.trait('code_lieu_naissance')}"
    if patient.trait("telephone"):
        pid[13] = f"^PRN^PH^^^^^^^^^{echapper(patient.trait('telephone'))}"
    # IHE PAM : seuls « provisoire » et « validée » voyagent ; la qualification se déduit de l'INS.
    pid[32] = "VALI" if patient.statut in (VALI, QUAL) else "PROV"
    return "|".join(pid)


def acquittement(message: IdentiteRecue, adressage: Adressage, numero: str, instant: datetime, code: str) -> str:
    horodatage = instant.astimezone(PARIS).strftime("%Y%m%d%H%M%S")
    return (
        f"MSH|^~\\&|{echapper(adressage.application)}|{echapper(adressage.structure)}|{echapper(message.emetteur)}|"
        f"{echapper(message.emetteur)}|{horodatage}||ACK^{message.evenement}^ACK|{numero}|P|2.5\r"
        f"MSA|{code}|{message.identifiant_message}\r"
    )

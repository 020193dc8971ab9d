"""Messages HL7 v2 d'identité que le banc fait recevoir au logiciel (IHE PAM, extension française).

Ni horloge ni hasard : numéro, instant et émetteur sont donnés par l'appelant. La forme du segment PID est celle
des exemples de messages publiés par l'ANS (dépôt ansforge/hl7V2-exemples, admission du référentiel minimal SGL).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from simulators.socle.identites import OID_INS_NIA
from steps.flux.identite import IdentiteUsager

VERSION_PAM_FR = "2.5^FRA^2.11"
AUTORITE_NIR = "ASIP-SANTE-INS-NIR"
AUTORITE_NIA = "ASIP-SANTE-INS-NIA"
EFFACE = '""'
"""Valeur HL7 v2 qui demande au récepteur d'effacer la sienne (§ 2.5.3)."""

STRUCTURES = {"A28": "ADT_A05", "A31": "ADT_A05", "A47": "ADT_A30", "A01": "ADT_A01", "A04": "ADT_A01"}
STATUTS = frozenset({"VALI", "PROV", "VIDE", "DOUB", "DESA", "DPOT", "DOUA", "COLP", "COLV", "FILI", "CACH"})
"""Codes de fiabilité de la table HL7 0445 dans l'extension française ; la qualification ne voyage pas."""

_INTERDITS = re.compile(r"[\x00-\x1f\x7f]")
_SEXE = {"M": "M", "F": "F", "I": "U"}


@dataclass(frozen=True, slots=True)
class Emetteur:
    """Qui envoie : application, structure, OID de son domaine d'identification ; et à qui."""

    application: str
    structure: str
    domaine: str
    application_destinataire: str = "SGL"
    structure_destinataire: str = "LABORATOIRE"

    def pour_contrat(self) -> dict[str, str]:
        """Le paramètre `emetteur` des actions `recevoir_message` et `recevoir_document`."""
        return {"nom": self.application, "domaine": self.domaine}


@dataclass(frozen=True, slots=True)
class EnvoiHl7:
    """Un message daté et numéroté. `instant` porte son décalage horaire."""

    identifiant: str
    instant: datetime

    @property
    def horodatage(self) -> str:
        """AAAAMMJJHHMMSS, heure de l'émetteur."""
        return self.instant.strftime("%Y%m%d%H%M%S")


def message_creation(
    identite: IdentiteUsager, patient_id: str, emetteur: Emetteur, envoi: EnvoiHl7, *, statut: str = "VALI"
) -> str:
    """A28, création d'une identité. L'INS part si l'identité en porte une."""
    return _message("A28", identite, patient_id, emetteur, envoi, statut)


def message_modification(
    identite: IdentiteUsager, patient_id: str, emetteur: Emetteur, envoi: EnvoiHl7, *, statut: str = "VALI"
) -> str:
    """A31, mise à jour d'une identité."""
    return _message("A31", identite, patient_id, emetteur, envoi, statut)


def message_admission(
    identite: IdentiteUsager,
    patient_id: str,
    emetteur: Emetteur,
    envoi: EnvoiHl7,
    *,
    mouvement: str,
    statut: str = "VALI",
) -> str:
    """A01, admission ; `mouvement` est le numéro du mouvement (ZBE-1)."""
    return _message("A01", identite, patient_id, emetteur, envoi, statut, mouvement=mouvement)


def message_retrait_ins(
    identite: IdentiteUsager, patient_id: str, emetteur: Emetteur, envoi: EnvoiHl7, *, statut: str = "VALI"
) -> str:
    """A47, retrait de l'INS : PID-3 porte l'identifiant local et l'INS effacée, MRG-1 l'INS retirée.

    `identite` porte encore l'INS à retirer.
    """
    if not identite.matricule_ins:
        raise ValueError("un retrait d'INS demande une identité qui en porte une")
    return _message("A47", identite, patient_id, emetteur, envoi, statut)


def echapper(valeur: str) -> str:
    """Échappe les caractères de structure d'HL7 v2 (§ 2.7.1) ; un caractère de contrôle est refusé."""
    if _INTERDITS.search(valeur):
        raise ValueError("un champ HL7 v2 ne porte pas de caractère de contrôle")
    valeur = valeur.replace("\\", "\\E\\")
    for caractere, code in (("|", "F"), ("^", "S"), ("&", "T"), ("~", "R")):
        valeur = valeur.replace(caractere, f"\\{code}\\")
    return valeur


def identifiant_ins(matricule: str, oid: str) -> str:
    """Répétition de PID-3 qui porte une INS ; l'autorité d'affectation suit l'OID."""
    autorite = AUTORITE_NIA if oid == OID_INS_NIA else AUTORITE_NIR
    return f"{matricule}^^^{autorite}&{oid}&ISO^INS"


def _message(
    evenement: str,
    identite: IdentiteUsager,
    patient_id: str,
    emetteur: Emetteur,
    envoi: EnvoiHl7,
    statut: str,
    *,
    mouvement: str = "",
) -> str:
    if statut not in STATUTS:
        raise ValueError(f"statut {statut!r} inconnu de PID-32 (connus : {', '.join(sorted(STATUTS))})")
    if bool(identite.matricule_ins) != bool(identite.oid_ins):
        raise ValueError("un matricule INS ne voyage jamais sans son OID, ni l'inverse")
    if not patient_id:
        raise ValueError("PID-3 demande l'identifiant du patient chez l'émetteur")
    segments = [_msh(evenement, emetteur, envoi), _evn(evenement, envoi)]
    segments.append(_pid(identite, patient_id, emetteur, statut, ins_effacee=evenement == "A47"))
    if evenement == "A47":
        segments.append(f"MRG|{identifiant_ins(echapper(identite.matricule_ins), identite.oid_ins)}")
    elif evenement == "A01":
        segments.append("PV1|1|I" + "|" * 17 + f"{echapper(mouvement)}^^^{_autorite_locale(emetteur)}^VN")
        segments.append(
            f"ZBE|{echapper(mouvement)}^{echapper(emetteur.structure)}^{emetteur.domaine}^ISO|{envoi.horodatage}||INSERT|N"
        )
    else:
        segments.append("PV1||N")
    return "\r".join(segments) + "\r"


def _msh(evenement: str, emetteur: Emetteur, envoi: EnvoiHl7) -> str:
    return "|".join(
        (
            "MSH|^~\\&",
            echapper(emetteur.application),
            echapper(emetteur.structure),
            echapper(emetteur.application_destinataire),
            echapper(emetteur.structure_destinataire),
            envoi.horodatage,
            "",
            f"ADT^{evenement}^{STRUCTURES[evenement]}",
            echapper(envoi.identifiant),
            "P",
            VERSION_PAM_FR,
            *("",) * 4,
            "FRA",
            "UNICODE UTF-8",
            "FR",
            "",
            "2.11^IHE_FRANCE-2.11-PAM",
        )
    )


def _evn(evenement: str, envoi: EnvoiHl7) -> str:
    # EVN-6 (survenue de l'événement) n'a de sens que pour un mouvement.
    return f"EVN||{envoi.horodatage}" + (f"||||{envoi.horodatage}" if evenement == "A01" else "")


def _pid(identite: IdentiteUsager, patient_id: str, emetteur: Emetteur, statut: str, *, ins_effacee: bool) -> str:
    identifiants = [f"{echapper(patient_id)}^^^{_autorite_locale(emetteur)}^PI"]
    if identite.matricule_ins:
        matricule = EFFACE if ins_effacee else echapper(identite.matricule_ins)
        identifiants.append(identifiant_ins(matricule, identite.oid_ins))
    premier, prenoms = echapper(identite.premier_prenom_naissance), echapper(identite.prenoms_naissance)
    noms = [f"{echapper(identite.nom_naissance)}^{premier}^{prenoms}^^^^L"]
    if identite.nom_utilise or identite.prenom_utilise:
        noms.append(f"{echapper(identite.nom_utilise)}^{echapper(identite.prenom_utilise)}^^^^^D")
    champs = [""] * 33
    champs[0], champs[1] = "PID", "1"
    champs[3], champs[5] = "~".join(identifiants), "~".join(noms)
    champs[7] = date_hl7(identite.date_naissance)
    champs[8] = _SEXE.get(identite.sexe, "")
    champs[11] = f"^^^^^^BDL^^{echapper(identite.code_lieu_naissance)}" if identite.code_lieu_naissance else ""
    champs[32] = statut
    return "|".join(champs)


def segment_pid(identite: IdentiteUsager, patient_id: str, emetteur: Emetteur, statut: str) -> str:
    """Le segment PID d'un message qui n'efface rien."""
    return _pid(identite, patient_id, emetteur, statut, ins_effacee=False)


def date_hl7(date: str) -> str:
    """AAAA-MM-JJ devient AAAAMMJJ ; un jour ou un mois inconnu (`00`) réduit la précision, comme HL7 v2 le prévoit."""
    compacte = date.replace("-", "")
    while compacte.endswith("00") and len(compacte) > 4:
        compacte = compacte[:-2]
    return compacte


def _autorite_locale(emetteur: Emetteur) -> str:
    return f"{echapper(emetteur.structure)}&{emetteur.domaine}&ISO"

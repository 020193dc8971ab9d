"""Ce que le logiciel doit montrer d'un courriel reçu : ses pièces, son objet, le patient que dit l'archive."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.dossier_lecture import CourrielVu
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_COURRIEL = "courriel affiché"

R_PIECES = Regle(
    "MSS-LECTURE-01", "Le courriel reçu montre son archive et ses PDF, tels que reçus", REM_BIO.format("MSS/CONF.23"),
    Confiance.OFFICIELLE, "Affichez toutes les pièces jointes du courriel, sans les modifier.",
)  # fmt: skip
R_UN_USAGER = Regle(
    "MSS-LECTURE-02", "L'usager concerné est celui du patientId de l'archive jointe", REM_BIO.format("MSS/CONF.24"),
    Confiance.OFFICIELLE, "Lisez patientId dans METADATA.XML et cherchez le patient par ce matricule INS.",
)  # fmt: skip
R_INCONNU = Regle(
    "MSS-LECTURE-03", "Un patientId inconnu ne désigne aucun patient du logiciel", REM_BIO.format("MSS/CONF.24"),
    Confiance.OFFICIELLE, "Sans patient à ce matricule, n'en proposez pas d'autre.",
)  # fmt: skip
R_RANGE = Regle(
    "MSS-LECTURE-04", "Les documents intégrés sont au dossier de l'usager concerné", REM_BIO.format("MSS/CONF.24"),
    Confiance.OFFICIELLE, "Rangez les documents de l'archive au dossier du patient que désigne patientId.",
)  # fmt: skip
R_OBJET_LU = Regle(
    "MSS-LECTURE-05", "L'objet du courriel reçu se lit avec l'identité de l'usager", REM_BIO.format("MSS/CONF.25"),
    Confiance.OFFICIELLE, "Affichez l'objet décodé, entier ; le préfixe XDM/1.0/DDM+ peut être retiré.",
)  # fmt: skip
R_MATRICULE_LU = Regle(
    "MSS-LECTURE-06", "L'INS lue dans le courriel est celle de patientId", REM_BIO.format("MSS/CONF.24"),
    Confiance.OFFICIELLE, "Lisez le matricule dans patientId, non dans le texte du courriel.",
)  # fmt: skip


@verification(R_PIECES)
def pieces_montrees(montre: Mapping[str, Any], recu: CourrielVu) -> Constat:
    """Chaque pièce du courriel est montrée sous son nom ; son empreinte est comparée si le logiciel la donne."""
    montrees = {str(p.get("nom", "")).casefold(): str(p.get("sha256") or "").lower() for p in montre.get("pieces", [])}
    ecarts = []
    for piece in recu.pieces:
        empreinte = montrees.get(piece.nom.casefold())
        if empreinte is None:
            ecarts.append(f"{piece.nom} non montrée")
        elif empreinte and empreinte != hashlib.sha256(piece.octets).hexdigest():
            ecarts.append(f"{piece.nom} modifiée")
    return juger(
        R_PIECES, not ecarts, "les pièces montrées ne sont pas celles du courriel",
        attendu=", ".join(piece.nom for piece in recu.pieces), recu=", ".join(ecarts) or ", ".join(montrees),
        ou=_COURRIEL,
    )  # fmt: skip


@verification(R_UN_USAGER, R_MATRICULE_LU)
def usager_reconnu(montre: Mapping[str, Any], patient_id: str, matricule: str, quoi: str) -> list[Constat]:
    """Le patient proposé est celui du matricule ; `matricule_ins`, s'il est dit, aussi."""
    propose = str(montre.get("patient_id") or "")
    constats = [
        juger(
            R_UN_USAGER, propose == patient_id, f"{quoi} : l'usager reconnu n'est pas celui de patientId",
            attendu=f"patient {patient_id} (patientId {matricule})", recu=f"patient {propose or 'aucun'}", ou=_COURRIEL,
        )
    ]  # fmt: skip
    lu = str(montre.get("matricule_ins") or "")
    if lu:
        constats.append(
            juger(
                R_MATRICULE_LU, lu == matricule, f"{quoi} : l'INS lue n'est pas celle de patientId",
                attendu=matricule, recu=lu, ou=_COURRIEL,
            )
        )  # fmt: skip
    return constats


@verification(R_INCONNU)
def usager_inconnu(montre: Mapping[str, Any], quoi: str) -> Constat:
    """Aucun patient n'est proposé, homonyme compris."""
    propose = montre.get("patient_id")
    return juger(
        R_INCONNU, not propose, f"{quoi} : un patient est proposé alors que patientId n'est d'aucun",
        attendu="aucun patient", recu=f"patient {propose}" if propose else "aucun", ou=_COURRIEL,
    )  # fmt: skip


@verification(R_RANGE)
def documents_ranges(
    propose: Any, integres: Collection[str], au_dossier: Sequence[Mapping[str, Any]], patient_id: str, recu: str
) -> Constat:
    """Les documents intégrés sont au dossier de ce patient. `au_dossier` : documents que son dossier montre ensuite."""
    presents = {str(document.get("document_id")) for document in au_dossier}
    absents = [document_id for document_id in integres if document_id not in presents]
    return juger(
        R_RANGE, bool(integres) and not absents and str(propose or "") == patient_id,
        "les documents du courriel ne sont pas au dossier de l'usager", attendu=f"au dossier du patient {patient_id}",
        recu=f"patient {propose or 'aucun'}, {len(integres)} intégré(s), absents du dossier : "
        f"{', '.join(absents) or 'aucun'} ; logiciel : {recu}",
        ou="dossier du patient",
    )  # fmt: skip


@verification(R_OBJET_LU)
def objet_lisible(montre: Mapping[str, Any], nom: str, prenom: str) -> Constat:
    """L'objet affiché porte le nom et le prénom de l'usager, décodés."""
    objet = str(montre.get("objet") or "")
    absents = [valeur for valeur in (nom, prenom) if comparable(valeur) not in comparable(objet)]
    return juger(
        R_OBJET_LU, not absents, "l'objet affiché ne dit pas l'usager", attendu=f"{nom} {prenom}",
        recu=objet or "aucun objet", ou=_COURRIEL,
    )  # fmt: skip

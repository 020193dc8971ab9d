"""Règles sur ce que le site règle : habilitations, justificatifs admis, validation des identités, réglages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.registre import verification
from steps.verifications.sources import GUIDE_INS

R_DROIT_INSI = Regle(
    "DRO-INSI-01",
    "Seules les personnes habilitées peuvent appeler INSi",
    GUIDE_INS.format(4),
    Confiance.OFFICIELLE,
    "Soumettez l'appel à INSi à une habilitation paramétrable.",
)
R_DROIT_INS = Regle(
    "DRO-INS-01",
    "Seules les personnes habilitées accèdent à l'INS",
    GUIDE_INS.format(4),
    Confiance.OFFICIELLE,
    "Soumettez l'accès à l'identité INS à une habilitation paramétrable.",
)
R_DROIT_ACCORDE = Regle(
    "DRO-INS-02",
    "Une personne à qui l'habilitation est donnée obtient l'accès",
    GUIDE_INS.format(4),
    Confiance.OFFICIELLE,
    "Appliquez l'habilitation dès qu'elle est paramétrée.",
)
R_JUSTIFICATIF = Regle(
    "PAR-JUSTIFICATIF-01",
    "La nature du justificatif d'identité peut être renseignée",
    GUIDE_INS.format(19),
    Confiance.OFFICIELLE,
    "Proposez un champ pour la nature du justificatif et gardez sa valeur.",
)
R_JUSTIFICATIFS_PARAMETRES = Regle(
    "PAR-JUSTIFICATIF-02",
    "La liste des justificatifs et leur niveau de confiance sont paramétrables par le site",
    GUIDE_INS.format(19),
    Confiance.OFFICIELLE,
    "Permettez au site de définir les justificatifs et leur niveau de confiance, et appliquez-les.",
)
R_VALIDATION_MANUELLE = Regle(
    "PAR-VALIDATION-01",
    "L'utilisateur peut valider l'identité par une action manuelle",
    GUIDE_INS.format(19),
    Confiance.OFFICIELLE,
    "Offrez toujours une action manuelle de validation.",
)
R_VALIDATION_DESACTIVEE = Regle(
    "PAR-VALIDATION-02",
    "La validation automatique de l'identité peut être désactivée",
    GUIDE_INS.format(19),
    Confiance.OFFICIELLE,
    "Permettez de désactiver la validation automatique, et respectez ce réglage.",
)
R_REGLAGE = Regle(
    "PAR-REGLAGE-01",
    "Le site peut changer ce réglage",
    "REM BIO, énoncé du scénario (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Permettez au responsable de traitement de changer ce réglage.",
)


@verification(R_DROIT_INSI, R_DROIT_INS, R_DROIT_ACCORDE)
def droit_applique(
    regle: Regle, *, permis: bool, resultat: str, recu: str, quoi: str, echanges: Sequence[int] = ()
) -> Constat:
    """L'action aboutit si elle est permise, et seulement alors ; aucune trace d'elle chez le service sinon."""
    fait = resultat == "fait" or bool(echanges)
    if permis and not fait:
        return regle.enfreinte(
            f"{quoi} : empêché malgré l'habilitation", attendu="accès", recu=recu, ou="habilitations"
        )
    if not permis and fait:
        return regle.enfreinte(
            f"{quoi} : permis sans habilitation",
            attendu="refus",
            recu=recu,
            ou="habilitations",
            echanges=tuple(echanges),
        )
    return regle.respectee(
        f"{quoi} : {'permis' if permis else 'refusé'}", recu=recu, ou="habilitations", echanges=tuple(echanges)
    )


@verification(R_JUSTIFICATIF)
def justificatif_garde(attendu: str, recu: Any) -> Constat:
    """La nature du justificatif relue est celle qui a été renseignée."""
    if recu != attendu:
        return R_JUSTIFICATIF.enfreinte(
            "la nature du justificatif n'est pas gardée", attendu=attendu, recu=repr(recu), ou="fiche du patient"
        )
    return R_JUSTIFICATIF.respectee(f"justificatif {attendu} gardé", recu=attendu, ou="fiche du patient")


@verification(R_JUSTIFICATIFS_PARAMETRES)
def justificatifs_parametres(attendus: Sequence[Mapping[str, Any]], relus: Any) -> Constat:
    """La liste relue porte chaque justificatif avec son niveau de confiance."""
    lus = {
        str(j.get("nature")): bool(j.get("haut_niveau_confiance"))
        for j in (relus if isinstance(relus, list) else [])
        if isinstance(j, Mapping)
    }
    manques = [j for j in attendus if lus.get(str(j["nature"])) is not bool(j["haut_niveau_confiance"])]
    if manques:
        return R_JUSTIFICATIFS_PARAMETRES.enfreinte(
            "la liste des justificatifs paramétrée n'est pas celle relue",
            attendu=str(list(attendus)),
            recu=str(relus),
            ou="paramétrage des justificatifs",
        )
    return R_JUSTIFICATIFS_PARAMETRES.respectee(
        f"{len(attendus)} justificatifs paramétrés avec leur niveau", recu=str(lus), ou="paramétrage des justificatifs"
    )


@verification(R_VALIDATION_MANUELLE)
def validation_manuelle(resultat: str, statut: Any, recu: str) -> Constat:
    """L'action manuelle de validation aboutit."""
    if resultat != "fait" or statut not in ("VALI", "QUAL"):
        return R_VALIDATION_MANUELLE.enfreinte(
            "la validation manuelle n'a pas abouti",
            attendu="identité validée",
            recu=f"{recu}, statut {statut!r}",
            ou="fiche du patient",
        )
    return R_VALIDATION_MANUELLE.respectee("identité validée par une action manuelle", recu=str(statut))


@verification(R_VALIDATION_DESACTIVEE)
def validation_automatique(*, active: bool, statut: Any) -> Constat:
    """Automatisme désactivé : le justificatif seul ne change pas le statut."""
    if not active and statut in ("VALI", "QUAL"):
        return R_VALIDATION_DESACTIVEE.enfreinte(
            "identité validée d'elle-même alors que l'automatisme est désactivé",
            attendu="PROV",
            recu=repr(statut),
            ou="fiche du patient",
        )
    return R_VALIDATION_DESACTIVEE.respectee(
        "l'automatisme désactivé ne valide pas l'identité" if not active else "automatisme actif", recu=str(statut)
    )


@verification(R_REGLAGE)
def reglage_change(parametre: str, resultat: str, recu: str) -> Constat:
    """L'administrateur a pu changer le réglage ; ce qu'il change est jugé ensuite."""
    if resultat != "fait":
        return R_REGLAGE.enfreinte(
            f"réglage « {parametre} » non changé", attendu="réglage fait", recu=recu, ou="paramétrage"
        )
    return R_REGLAGE.respectee(f"réglage « {parametre} » changé", recu=recu, ou="paramétrage")

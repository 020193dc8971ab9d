"""Règles sur la modification d'une identité : traits verrouillés, traits libres, ce qu'un changement laisse intact."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.patients import nommer
from steps.verifications.identite import OU_FICHE, lister
from steps.verifications.registre import verification
from steps.verifications.sources import GUIDE_INS

R_TRAITS_INCHANGES = Regle(
    "IDE-TRAITS-02",
    "L'identité n'a pas été modifiée",
    GUIDE_INS.format("11, 12 ou 51 selon le cas"),
    Confiance.OFFICIELLE,
    "N'alimentez ni ne mettez à jour l'identité dans ce cas.",
)
R_VERROU = Regle(
    "IDE-VERROU-01",
    "Les traits stricts d'une identité récupérée ou qualifiée ne sont pas modifiables par un utilisateur ordinaire",
    GUIDE_INS.format(26),
    Confiance.OFFICIELLE,
    "Verrouillez les sept traits stricts, sauf pour un super utilisateur habilité.",
)
R_TRAITS_LIBRES = Regle(
    "IDE-VERROU-03",
    "Les traits complémentaires restent modifiables",
    GUIDE_INS.format(26),
    Confiance.OFFICIELLE,
    "Laissez modifier nom utilisé, prénom utilisé et coordonnées à tout statut.",
)
R_MODIFICATION = Regle(
    "IDE-MODIF-01",
    "L'utilisateur habilité peut modifier ce champ",
    GUIDE_INS.format("26 et 27"),
    Confiance.OFFICIELLE,
    "Permettez cette modification à l'utilisateur habilité.",
)


@verification(R_TRAITS_INCHANGES)
def identite_inchangee(avant: Mapping[str, Any], apres: Mapping[str, Any], circonstance: str) -> Constat:
    """L'identité relue est la même qu'avant."""
    vide = (None, "")
    ecarts = [
        (champ, avant.get(champ), apres.get(champ))
        for champ in sorted({*avant, *apres})
        if avant.get(champ) != apres.get(champ) and not (avant.get(champ) in vide and apres.get(champ) in vide)
    ]
    if ecarts:
        return R_TRAITS_INCHANGES.enfreinte(
            f"l'identité a changé {circonstance}",
            attendu=lister((champ, ancien) for champ, ancien, _ in ecarts),
            recu=lister((champ, nouveau) for champ, _, nouveau in ecarts),
            ou=OU_FICHE,
        )
    return R_TRAITS_INCHANGES.respectee(f"identité inchangée {circonstance}", ou=OU_FICHE)


@verification(R_VERROU)
def champ_verrouille(
    champ: str, avant: Any, apres: Any, resultat: str, utilisateur: str, refuses: Collection[str] = ()
) -> Constat:
    """La tentative de modification est sans effet, et le logiciel ne l'annonce pas faite.

    `refuses` : champs que le logiciel dit avoir refusés, bien qu'il annonce l'action faite.
    """
    if avant != apres:
        return R_VERROU.enfreinte(
            f"{utilisateur} a modifié le champ « {nommer(champ)} » d'une identité verrouillée",
            attendu=repr(avant),
            recu=repr(apres),
            ou=OU_FICHE,
        )
    if resultat == "fait" and champ not in refuses:
        return R_VERROU.enfreinte(
            f"le logiciel annonce avoir modifié le champ verrouillé « {nommer(champ)} »",
            attendu="refus",
            recu="fait (valeur inchangée)",
            ou=OU_FICHE,
        )
    return R_VERROU.respectee(f"{nommer(champ)} non modifiable par {utilisateur}", recu=resultat, ou=OU_FICHE)


@verification(R_TRAITS_LIBRES)
def trait_complementaire_modifie(champ: str, attendu: str, recu: Any, resultat: str) -> Constat:
    """Un trait complémentaire a pris la nouvelle valeur."""
    if resultat != "fait" or not _meme_valeur(champ, attendu, recu):
        return R_TRAITS_LIBRES.enfreinte(
            f"le trait complémentaire « {nommer(champ)} » n'a pas pu être modifié",
            attendu=repr(attendu),
            recu=f"{recu!r} ({resultat})",
            ou=OU_FICHE,
        )
    return R_TRAITS_LIBRES.respectee(f"{nommer(champ)} modifié", recu=attendu, ou=OU_FICHE)


@verification(R_MODIFICATION)
def modification_faite(champ: str, attendu: str, recu: Any, utilisateur: str) -> Constat:
    """L'utilisateur habilité a pu donner cette valeur au champ."""
    if recu != attendu:
        return R_MODIFICATION.enfreinte(
            f"{utilisateur} n'a pas pu modifier « {nommer(champ)} »",
            attendu=repr(attendu),
            recu=repr(recu),
            ou=OU_FICHE,
        )
    return R_MODIFICATION.respectee(f"{nommer(champ)} modifié par {utilisateur}", recu=attendu, ou=OU_FICHE)


def _meme_valeur(champ: str, attendu: str, recu: Any) -> bool:
    """Le même numéro de téléphone peut être groupé ou porter l'indicatif ; le même nom, être affiché autrement."""
    if champ == "telephone":
        chiffres = re.sub(r"\D", "", str(recu or ""))
        return bool(chiffres) and chiffres.removeprefix("00")[-9:] == re.sub(r"\D", "", attendu)[-9:]
    return isinstance(recu, str) and comparable(recu) == comparable(attendu)

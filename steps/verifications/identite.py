"""Règles d'identité : traits, statuts, verrous, attributs, relevés dans le logiciel (l'écran : `affichage`).

Les faits viennent de l'adaptateur (réponses d'actions) ; rien n'est relu ici.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.patients import nommer
from steps.verifications.instants import pendant
from steps.verifications.registre import verification
from steps.verifications.sources import GUIDE_INS

OU_FICHE = "fiche du patient"

R_CHAMPS = Regle(
    "IDE-CHAMPS-01",
    "Les dix champs d'identité sont enregistrés",
    GUIDE_INS.format(1),
    Confiance.OFFICIELLE,
    "Enregistrez chacun des dix champs, à la valeur saisie ou rendue par INSi.",
)
R_CARACTERES_ADMIS = Regle(
    "IDE-NOMMAGE-01",
    "Tiret, apostrophe, espace et noms d'au moins 54 caractères sont acceptés",
    GUIDE_INS.format(1),
    Confiance.OFFICIELLE,
    "Acceptez tiret, apostrophe et espace, et gardez les noms entiers jusqu'à 54 caractères au moins (100 conseillés).",
)
R_CARACTERES_REFUSES = Regle(
    "IDE-NOMMAGE-02",
    "Minuscules, accents et signes diacritiques ne sont pas enregistrés",
    GUIDE_INS.format(1),
    Confiance.OFFICIELLE,
    "Refusez ces caractères à la saisie, ou enregistrez leur équivalent en capitales sans accent.",
)
R_STATUT = Regle(
    "IDE-STATUT-01",
    "Le statut de l'identité est celui que demandent les règles",
    GUIDE_INS.format("20 (et 25, 27, 30, 49 selon le cas)"),
    Confiance.OFFICIELLE,
    "Revoyez le changement de statut déclenché par cette action.",
)
R_HISTORIQUE = Regle(
    "IDE-STATUT-02",
    "Chaque changement de statut est historisé : statut antérieur, date et heure, responsable",
    GUIDE_INS.format(21),
    Confiance.OFFICIELLE,
    "Enregistrez, à chaque changement, le statut antérieur, la date et l'heure, et le compte responsable.",
)
R_SANS_MATRICULE = Regle(
    "IDE-MATRICULE-01",
    "Le matricule INS et l'OID sont absents de l'identité",
    GUIDE_INS.format("27, 49 ou 51 selon le cas"),
    Confiance.OFFICIELLE,
    "Supprimez (invalidez) le matricule INS et son OID dans ce cas.",
)
R_TRAITS_INSI = Regle(
    "IDE-TRAITS-01",
    "Les traits de l'identité sont ceux rendus par INSi",
    GUIDE_INS.format(6),
    Confiance.OFFICIELLE,
    "Alimentez matricule, OID, nom, prénoms (ListePrenom), date, sexe et code lieu avec la réponse d'INSi.",
)
R_ATTRIBUT = Regle(
    "IDE-ATTRIBUT-01",
    "L'attribut d'identité posé par l'utilisateur est enregistré",
    GUIDE_INS.format(25),
    Confiance.OFFICIELLE,
    "Enregistrez l'attribut et montrez-le sur la fiche.",
)
_NOM_LEGAL = re.compile(r"[A-Z' -]+\Z")


@verification(R_CHAMPS)
def champs_enregistres(identite: Mapping[str, Any], attendus: Mapping[str, str]) -> Constat:
    """Chaque champ d'identité porte la valeur saisie ou rendue par INSi."""
    return _comparer(R_CHAMPS, "champ(s) d'identité absents ou différents", identite, attendus)


@verification(R_CHAMPS)
def champs_enregistrables(resultat: str, recu: str, saisis: Mapping[str, str]) -> Constat:
    """La création avec ces champs, facultatifs compris, n'est pas refusée."""
    if resultat != "fait":
        return R_CHAMPS.enfreinte(
            "création refusée avec ces champs", attendu=lister(saisis.items()), recu=recu, ou=OU_FICHE
        )
    return R_CHAMPS.respectee("fiche créée avec ces champs", recu=lister(saisis.items()), ou=OU_FICHE)


@verification(R_CARACTERES_ADMIS)
def nom_garde_entier(champ: str, attendu: str, recu: Any, *, refus: str = "") -> Constat:
    """Un nom légitime (tiret, apostrophe, espace, longueur) est gardé tel quel.

    `refus` : ce que le logiciel a répondu quand il n'a pas créé la fiche.
    """
    if refus:
        return R_CARACTERES_ADMIS.enfreinte(
            f"{nommer(champ)} : la fiche n'est pas créée avec ce nom", attendu=repr(attendu), recu=refus, ou=OU_FICHE
        )
    if recu != attendu:
        return R_CARACTERES_ADMIS.enfreinte(
            f"{nommer(champ)} n'a pas été gardé tel qu'il a été donné",
            attendu=repr(attendu),
            recu="aucune valeur" if recu is None else repr(recu),
            ou=OU_FICHE,
        )
    return R_CARACTERES_ADMIS.respectee(
        f"{nommer(champ)} gardé entier ({len(attendu)} caractères)", recu=attendu, ou=OU_FICHE
    )


@verification(R_CARACTERES_REFUSES)
def caracteres_refuses(champ: str, saisi: str, resultat: str, garde: Any) -> Constat:
    """Une saisie avec minuscule ou accent est refusée, ou enregistrée sans eux.

    `garde` : valeur enregistrée, sans objet si la saisie a été refusée.
    """
    if resultat != "fait":
        return R_CARACTERES_REFUSES.respectee(f"saisie {saisi!r} refusée", recu=resultat, ou=nommer(champ))
    if isinstance(garde, str) and _NOM_LEGAL.match(garde):
        if garde != comparable(saisi):
            return R_CARACTERES_REFUSES.a_regarder(
                f"saisie {saisi!r} enregistrée {garde!r} : dire si c'est bien le même nom", recu=garde, ou=champ
            )
        return R_CARACTERES_REFUSES.respectee(f"saisie {saisi!r} enregistrée {garde!r}", recu=garde, ou=nommer(champ))
    return R_CARACTERES_REFUSES.enfreinte(
        f"la saisie {saisi!r} a été enregistrée avec un caractère interdit",
        attendu="un refus, ou des capitales sans accent",
        recu=repr(garde),
        ou=nommer(champ),
    )


@verification(R_STATUT)
def statut_attendu(recu: Any, attendu: str | Collection[str], circonstance: str) -> Constat:
    """Le statut de l'identité est l'un de ceux attendus après `circonstance`."""
    attendus = (attendu,) if isinstance(attendu, str) else tuple(attendu)
    if recu not in attendus:
        return R_STATUT.enfreinte(
            f"statut inattendu {circonstance}", attendu=" ou ".join(attendus), recu=repr(recu), ou=OU_FICHE
        )
    return R_STATUT.respectee(f"statut {recu} {circonstance}", recu=str(recu), ou=OU_FICHE)


@verification(R_HISTORIQUE)
def changement_historise(
    changements: Sequence[Mapping[str, Any]],
    *,
    anterieur: str,
    nouveau: str,
    responsable: str,
    debut: datetime,
    fin: datetime,
) -> Constat:
    """L'historique porte ce changement, daté pendant le scénario, avec son responsable.

    `debut`, `fin` : bornes du scénario.
    """
    candidats = [c for c in changements if c.get("statut_anterieur") == anterieur and c.get("statut") == nouveau]
    attendu = f"{anterieur} → {nouveau}, par {responsable}, entre {debut:%H:%M:%S} et {fin:%H:%M:%S} UTC"
    if not candidats:
        return R_HISTORIQUE.enfreinte(
            "changement de statut absent de l'historique",
            attendu=attendu,
            recu=_resume(changements),
            ou="historique des statuts",
        )
    for candidat in candidats:
        if pendant(candidat.get("horodatage"), debut, fin) and candidat.get("responsable") == responsable:
            return R_HISTORIQUE.respectee(
                f"{anterieur} → {nouveau} historisé", recu=_resume([candidat]), ou="historique des statuts"
            )
    return R_HISTORIQUE.enfreinte(
        "changement de statut historisé sans sa date, son heure ou son responsable exacts",
        attendu=attendu,
        recu=_resume(candidats),
        ou="historique des statuts",
    )


@verification(R_SANS_MATRICULE)
def sans_matricule(identite: Mapping[str, Any], circonstance: str) -> Constat:
    """Ni matricule INS ni OID dans l'identité."""
    restes = {champ: identite.get(champ) for champ in ("matricule_ins", "oid_ins") if identite.get(champ)}
    if restes:
        return R_SANS_MATRICULE.enfreinte(
            f"matricule INS ou OID conservé {circonstance}",
            attendu="champs vides",
            recu=lister(restes.items()),
            ou=OU_FICHE,
        )
    return R_SANS_MATRICULE.respectee(f"ni matricule INS ni OID {circonstance}", recu="champs vides", ou=OU_FICHE)


@verification(R_TRAITS_INSI)
def traits_d_insi(identite: Mapping[str, Any], attendus: Mapping[str, str]) -> Constat:
    """Matricule, OID et traits sont ceux de la réponse d'INSi."""
    return _comparer(R_TRAITS_INSI, "trait(s) différents de la réponse d'INSi", identite, attendus)


@verification(R_ATTRIBUT)
def attribut_enregistre(attributs: Sequence[Any], attribut: str) -> Constat:
    """L'attribut posé figure sur la fiche."""
    if attribut not in attributs:
        return R_ATTRIBUT.enfreinte(
            f"l'attribut « {attribut} » n'est pas enregistré",
            attendu=attribut,
            recu=", ".join(map(str, attributs)) or "aucun attribut",
            ou=OU_FICHE,
        )
    return R_ATTRIBUT.respectee(f"attribut « {attribut} » enregistré", ou=OU_FICHE)


def _comparer(regle: Regle, manquement: str, identite: Mapping[str, Any], attendus: Mapping[str, str]) -> Constat:
    ecarts = _ecarts(identite, attendus)
    if ecarts:
        return regle.enfreinte(
            f"{manquement} : {', '.join(nommer(champ) for champ, _, _ in ecarts)}",
            attendu=lister((champ, attendu) for champ, attendu, _ in ecarts),
            recu=lister((champ, recu) for champ, _, recu in ecarts),
            ou=OU_FICHE,
        )
    return regle.respectee(recu=lister(attendus.items()), ou=OU_FICHE)


def _ecarts(identite: Mapping[str, Any], attendus: Mapping[str, str]) -> list[tuple[str, str, Any]]:
    return [
        (champ, attendu, identite.get(champ)) for champ, attendu in attendus.items() if identite.get(champ) != attendu
    ]


def lister(couples: Any) -> str:
    return ", ".join(f"{nommer(str(nom))} : {valeur or 'vide'}" for nom, valeur in couples)


def _resume(changements: Sequence[Mapping[str, Any]]) -> str:
    lignes = [
        f"{c.get('statut_anterieur')} → {c.get('statut')} le {c.get('horodatage')} par {c.get('responsable')}"
        for c in changements
    ]
    return " ; ".join(lignes) or "historique vide"

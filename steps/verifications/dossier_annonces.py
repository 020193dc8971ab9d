"""Ce que l'ouverture d'un dossier annonce du DMP : nouveaux documents, versions plus récentes, suppressions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_REM = "REM RIS, exigence {} (travaux de concertation 2023)"
_OU = "ouverture du dossier du patient"
_DOSSIER = "dossier du patient"
_LOINC = re.compile(r"\d{1,7}-\d")

R_NOUVEAUX = Regle(
    "DOS-ANNONCE-01", "Les documents que des tiers ont versés au DMP sont annoncés, avec leur nombre par type",
    _REM.format("DMP/UX.15"), Confiance.OFFICIELLE,
    "À l'ouverture du dossier, comptez par typeCode les documents d'autres structures versés depuis la dernière venue.",
)  # fmt: skip
R_AUCUN = Regle(
    "DOS-ANNONCE-02", "Sans document versé par un tiers, aucun n'est annoncé", _REM.format("DMP/UX.15"),
    Confiance.OFFICIELLE,
    "N'annoncez ni les documents de votre structure, ni ceux qui sont plus anciens que la période.",
)  # fmt: skip
R_VERSION = Regle(
    "DOS-VERSION-01", "La version plus récente, au DMP, d'un document du dossier est signalée",
    _REM.format("CDA/DD.05"), Confiance.OFFICIELLE,
    "À l'ouverture du dossier, cherchez au DMP l'état des documents qui en viennent.",
)  # fmt: skip
R_SUPPRIME = Regle(
    "DOS-VERSION-02", "La suppression, au DMP, d'un document du dossier est signalée", _REM.format("CDA/DD.05"),
    Confiance.OFFICIELLE, "Dites que le DMP n'a plus ce document, et proposez de l'ôter du dossier.",
)  # fmt: skip
R_EN_VIGUEUR = Regle(
    "DOS-VERSION-03", "Un document toujours en vigueur au DMP n'est pas signalé", _REM.format("CDA/DD.05"),
    Confiance.OFFICIELLE, "Ne signalez que les documents remplacés ou supprimés au DMP.",
)  # fmt: skip
R_CONSERVE = Regle(
    "DOS-VERSION-04", "La nouvelle version est au dossier, et l'antérieure y reste", _REM.format("CDA/DD.05"),
    Confiance.OFFICIELLE, "Gardez la version antérieure quand l'utilisateur intègre la nouvelle.",
)  # fmt: skip
R_OTE = Regle(
    "DOS-VERSION-05", "L'utilisateur peut ôter du dossier un document que le DMP n'a plus", _REM.format("CDA/DD.05"),
    Confiance.OFFICIELLE, "Offrez de supprimer du dossier le document supprimé du DMP.",
)  # fmt: skip


@verification(R_NOUVEAUX)
def nouveaux_annonces(donnees: Mapping[str, Any], attendus: Mapping[str, int], quoi: str) -> Constat:
    """Le nombre annoncé pour chaque type est celui du DMP. `attendus` : typeCode LOINC → nombre.

    Des types montrés sous leur seul libellé se comparent au total ; la répartition est alors à regarder.
    """
    annonces = _annonces(donnees)
    dit = " ; ".join(f"{code} : {n}" for code, n in sorted(attendus.items()))
    if annonces is None:
        return R_NOUVEAUX.a_regarder(f"{quoi} : rien n'est relevé de ce que le logiciel annonce", ou=_OU)
    codes: Counter[str] = Counter()
    for annonce in annonces:  # un type annoncé à zéro n'annonce rien
        codes[str(annonce.get("type_code") or "").partition("^")[0]] += _nombre(annonce)
    recu = _en_phrase(annonces)
    types_connus = bool(codes) and all(_LOINC.fullmatch(code) for code in codes)
    if types_connus or sum(codes.values()) != sum(attendus.values()):
        return juger(
            R_NOUVEAUX, dict(+codes) == dict(attendus), f"{quoi} : les documents annoncés ne sont pas ceux du DMP",
            attendu=dit, recu=recu, ou=_OU,
        )  # fmt: skip
    if len([a for a in annonces if _nombre(a)]) < len(attendus):
        return R_NOUVEAUX.enfreinte(
            f"{quoi} : le nombre de documents n'est pas annoncé par type", attendu=dit, recu=recu, ou=_OU
        )
    return R_NOUVEAUX.a_regarder(
        f"{quoi} : le total est juste ; les types sont montrés sous un libellé, comparez-les ({dit})", recu=recu, ou=_OU
    )


@verification(R_AUCUN)
def aucun_annonce(donnees: Mapping[str, Any], ecartes: str, quoi: str) -> Constat:
    """Rien n'est annoncé. `ecartes` : les documents du DMP qui ne comptent pas, et pourquoi."""
    annonces = _annonces(donnees)
    if annonces is None:
        return R_AUCUN.a_regarder(f"{quoi} : rien n'est relevé de ce que le logiciel annonce", ou=_OU)
    total = sum(_nombre(annonce) for annonce in annonces)
    return juger(
        R_AUCUN, total == 0, f"{quoi} : des documents sont annoncés alors qu'aucun n'est nouveau",
        attendu=f"aucun ; au DMP : {ecartes}", recu=_en_phrase(annonces), ou=_OU,
    )  # fmt: skip


def _annonces(donnees: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    brut = donnees.get("nouveaux_documents")
    return [a for a in brut if isinstance(a, Mapping)] if isinstance(brut, list) else None


def _nombre(annonce: Mapping[str, Any]) -> int:
    nombre = annonce.get("nombre")
    return nombre if isinstance(nombre, int) and not isinstance(nombre, bool) else 0


def _en_phrase(annonces: Sequence[Mapping[str, Any]]) -> str:
    return " ; ".join(f"{a.get('type_code') or a.get('libelle') or '?'} : {_nombre(a)}" for a in annonces) or "aucun"


@verification(R_VERSION, R_SUPPRIME)
def changement_signale(
    donnees: Mapping[str, Any], document_id: str, quoi: str, *, suivante: str, supprime: bool = False
) -> Constat:
    """Le document est signalé, pour ce qui lui est arrivé au DMP. `suivante` : uniqueId de la version plus récente."""
    regle, attendu = (R_SUPPRIME, "supprime") if supprime else (R_VERSION, "plus_recente")
    signales = donnees.get("versions")
    if not isinstance(signales, list):
        return regle.a_regarder(f"{quoi} : rien n'est relevé de ce que le logiciel signale", ou=_OU)
    sien = next((s for s in signales if isinstance(s, Mapping) and str(s.get("document_id")) == document_id), None)
    recu = "rien n'est signalé" if sien is None else f"{sien.get('etat')} {sien.get('unique_id') or ''}".strip()
    annoncee = str((sien or {}).get("unique_id") or "")
    juste = sien is not None and sien.get("etat") == attendu and (supprime or annoncee in ("", suivante))
    return juger(
        regle, juste, f"{quoi} : le changement survenu au DMP n'est pas signalé",
        attendu="supprimé du DMP" if supprime else f"version plus récente {suivante}", recu=recu, ou=_OU,
    )  # fmt: skip


@verification(R_EN_VIGUEUR)
def rien_signale(donnees: Mapping[str, Any], document_id: str, quoi: str) -> Constat:
    """Le document, inchangé au DMP, n'est pas parmi ceux que le logiciel signale."""
    signales = donnees.get("versions")
    if not isinstance(signales, list):
        return R_EN_VIGUEUR.a_regarder(f"{quoi} : rien n'est relevé de ce que le logiciel signale", ou=_OU)
    sien = next((s for s in signales if isinstance(s, Mapping) and str(s.get("document_id")) == document_id), None)
    return juger(
        R_EN_VIGUEUR, sien is None, f"{quoi} : un changement est signalé alors que le document est toujours en vigueur",
        attendu="rien", recu=str((sien or {}).get("etat") or "rien"), ou=_OU,
    )  # fmt: skip


@verification(R_CONSERVE)
def deux_versions_au_dossier(
    au_dossier: Collection[str], ancienne: str, nouvelle: str, quoi: str, *, gardee: str, voulue: str
) -> Constat:
    """Le dossier montre les deux documents. `au_dossier` : document_id montrés.

    `gardee` : SHA-256 du CDA intégré en dernier, vide si le logiciel ne le dit pas ; `voulue` : de la version suivante.
    """
    if ancienne == nouvelle and ancienne in au_dossier:
        message = f"{quoi} : un seul identifiant pour les deux versions ; montrez que l'antérieure est au dossier"
        return R_CONSERVE.a_regarder(message, recu=ancienne, ou=_DOSSIER)
    if gardee and gardee.lower() != voulue:
        return R_CONSERVE.enfreinte(
            f"{quoi} : le document intégré n'est pas la version plus récente du DMP", attendu=voulue, recu=gardee,
            ou=_DOSSIER,
        )  # fmt: skip
    if not gardee and nouvelle in au_dossier and ancienne in au_dossier:
        message = f"{quoi} : le logiciel ne dit pas ce qu'il garde ; montrez que la seconde est la version plus récente"
        return R_CONSERVE.a_regarder(message, recu="les deux", ou=_DOSSIER)
    absents = [nom for nom, cle in (("l'antérieure", ancienne), ("la nouvelle", nouvelle)) if cle not in au_dossier]
    return juger(
        R_CONSERVE, not absents, f"{quoi} : les deux versions ne sont pas au dossier",
        attendu=f"{ancienne} et {nouvelle}", recu=f"absente : {', '.join(absents)}" if absents else "les deux",
        ou=_DOSSIER,
    )  # fmt: skip


@verification(R_OTE)
def document_ote(
    resultat: str, au_dossier: Collection[str], document_id: str, quoi: str, recu: str, restent: Collection[str] = ()
) -> Constat:
    """L'utilisateur l'a demandé, et le document n'est plus montré ; `restent` : ceux qui doivent l'être encore."""
    perdus = [reste for reste in restent if reste not in au_dossier]
    if resultat == "fait" and perdus:
        return R_OTE.enfreinte(
            f"{quoi} : d'autres documents ne sont plus au dossier", attendu=", ".join(restent),
            recu=f"absents : {', '.join(perdus)}", ou=_DOSSIER,
        )  # fmt: skip
    return juger(
        R_OTE, resultat == "fait" and document_id not in au_dossier, f"{quoi} : le document ne s'ôte pas du dossier",
        attendu="ôté du dossier", recu=recu, ou=_DOSSIER,
    )  # fmt: skip

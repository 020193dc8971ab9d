"""Le VIHF des demandes au DMP par une DRIMbox, devant ce que Pro Santé Connect dit du professionnel."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.vihf import Vihf
from simulators.socle.echange import Echange
from steps.verifications.dmp import nomenclatures as n
from steps.verifications.dmp.message import vihf_de
from steps.verifications.psc.situations import activites
from steps.verifications.registre import verification

DE_USERINFO = Regle(
    "DRIM-VIHF-02", "Le VIHF des demandes au DMP dit du professionnel connecté ce qu'en dit UserInfo",
    "REM DRIMbox (travaux de concertation 2023), exigence DB.CO.92", Confiance.OFFICIELLE,
    "Tirez d'UserInfo l'identifiant national (SubjectNameID), le nom, le prénom et la profession du VIHF.",
)  # fmt: skip


@verification(DE_USERINFO)
def vihf_de_userinfo(echanges: Sequence[Echange], matricule: str, userinfo: Mapping[str, Any]) -> Constat:
    """L'identifiant et la profession sont ceux d'UserInfo ; un autre nom se regarde."""
    lus = [
        (e.numero, vihf)
        for e in echanges
        if e.service == "dmp" and (vihf := vihf_de(e)) is not None and vihf.resource_id.startswith(matricule)
    ]
    if not lus:
        return DE_USERINFO.sans_objet("aucune demande au DMP de ce patient avec un VIHF lisible")
    nums, ou = tuple(numero for numero, _ in lus), "VIHF"
    identifiant = str(userinfo.get("SubjectNameID") or "")
    professions = sorted({str(a.get("codeProfession") or "") for a in activites(userinfo)} - {""})
    dits = sorted({f"{v.name_id}, {_profession(v) or 'sans profession'}, {v.subject_id}" for _, v in lus})
    attendu = f"{identifiant}, {' ou '.join(professions) or 'profession inconnue'}, {userinfo.get('name', '')}"
    recu = " ; ".join(dits)
    # Un rôle d'une autre nomenclature que celle des professions ne se compare pas à UserInfo.
    autres = [v for _, v in lus if professions and (p := _profession(v)) is not None and p not in professions]
    if any(v.name_id != identifiant for _, v in lus) or autres:
        return DE_USERINFO.enfreinte(
            "Le VIHF ne dit pas du professionnel ce que Pro Santé Connect en dit.", attendu=attendu, recu=recu, ou=ou,
            echanges=nums,
        )  # fmt: skip
    if not all(_nomme(v, userinfo) for _, v in lus):
        return DE_USERINFO.a_regarder(
            "Le nom du VIHF n'est pas celui d'UserInfo : dire d'où il vient.", recu=recu, ou=ou, echanges=nums
        )
    return DE_USERINFO.respectee(recu=recu, ou=ou, echanges=nums)


def _profession(vihf: Vihf) -> str | None:
    return next((role.code for role in vihf.roles if role.systeme == n.SYSTEME_PROFESSION), None)


def _nomme(vihf: Vihf, userinfo: Mapping[str, Any]) -> bool:
    """subject-id porte le nom et le prénom, d'état civil ou d'exercice, dans l'ordre qu'il veut."""
    montre = _mots(vihf.subject_id)
    exercices = activites(userinfo)
    noms = [userinfo.get("family_name"), *(a.get("nomDexercice") for a in exercices)]
    prenoms = [userinfo.get("given_name"), *(a.get("prenomDexercice") for a in exercices)]
    return all(any((mots := _mots(v)) and mots <= montre for v in valeurs) for valeurs in (noms, prenoms))


def _mots(valeur: object) -> frozenset[str]:
    decompose = unicodedata.normalize("NFD", str(valeur or "").casefold())
    return frozenset("".join(c for c in decompose if not unicodedata.combining(c)).replace("-", " ").split())

"""Règles sur le masquage et la visibilité d'un compte rendu : le choix de l'utilisateur, retrouvé dans le DMP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp import DocumentSoumis
from steps.verifications.dmp import nomenclatures as n
from steps.verifications.registre import verification

_REM = (
    "REM BIO, exigences SGL.DOC/va1.24 et SGL.DOC/va1.21 ; REM RIS, exigence RIS.DMP/va1.14 "
    "(travaux de concertation 2023)"
)

R_CHOIX = Regle(
    "VIS-DMP-01",
    "La fiche du compte rendu porte les codes de masquage et de visibilité choisis, tous et eux seuls",
    _REM,
    Confiance.OFFICIELLE,
    "Écrivez dans confidentialityCode, à côté du niveau, un code par choix de l'utilisateur (nomenclature "
    f"{n.SYSTEME_VISIBILITE}).",
)
R_ANNONCE = Regle(
    "VIS-DMP-04",
    "Un compte rendu à annoncer arrive au DMP invisible au patient",
    "REM RIS, exigence RIS.CRI/va1.02 (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Écrivez INVISIBLE_PATIENT dans confidentialityCode tant que l'annonce n'a pas été faite.",
)
R_ANNONCEE = Regle(
    "VIS-DMP-05",
    "Une fois l'annonce faite, le compte rendu du DMP est visible du patient",
    "REM RIS, exigence RIS.CRI/va1.03 (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "À l'enregistrement de l'annonce, ôtez INVISIBLE_PATIENT du document du DMP (TD3.3b, ou nouvelle version).",
)
R_SANS_RESTRICTION = Regle(
    "VIS-DMP-02",
    "Un compte rendu sans restriction choisie n'est ni masqué ni invisible",
    _REM,
    Confiance.OFFICIELLE,
    "N'ajoutez de code de masquage ou de visibilité que si l'utilisateur l'a choisi pour ce compte rendu.",
)
R_REGISTRE = Regle(
    "VIS-DMP-03",
    "Dans le DMP, chaque compte rendu du scénario garde le masquage et la visibilité choisis pour lui",
    _REM,
    Confiance.OFFICIELLE,
    "Attachez le choix au compte rendu, et à lui seul : un choix ne vaut ni pour les autres, ni pour le patient.",
)
R_MONTRE = Regle(
    "VIS-ECR-01",
    "Le logiciel montre le masquage et la visibilité choisis",
    "REM BIO, preuves DOC/va1.24.01.01 et .02 ; REM DPI, exigence DPI.DMP/va1.04 (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Affichez, une fois le choix fait, le masquage et la visibilité retenus pour le document.",
)

LIBELLES: Mapping[str, str] = {
    "MASQUE_PS": "masqué aux professionnels",
    "INVISIBLE_PATIENT": "invisible au patient",
    "INVISIBLE_REPRESENTANTS_LEGAUX": "invisible aux représentants légaux",
}


def dire(codes: Sequence[str]) -> str:
    """Des codes de masquage et de visibilité, en toutes lettres."""
    return " et ".join(f"{LIBELLES.get(code, 'inconnu')} ({code})" for code in codes) or "visible de tous"


def visibilites(document: DocumentSoumis) -> tuple[str, ...]:
    """Les codes de masquage et de visibilité de la fiche, dans l'ordre où elle les donne."""
    return tuple(c.code for c in document.fiche.confidentiality_codes if c.systeme == n.SYSTEME_VISIBILITE)


@verification(R_CHOIX, R_SANS_RESTRICTION)
def choix_transmis(document: DocumentSoumis, choisis: Sequence[str], quoi: str) -> Constat:
    """Les codes de la fiche, dans la nomenclature du DMP, sont ceux que l'utilisateur a choisis."""
    recus = visibilites(document)
    regle = R_CHOIX if choisis else R_SANS_RESTRICTION
    return juger(
        regle,
        sorted(recus) == sorted(choisis),
        f"{quoi} : le masquage et la visibilité envoyés ne sont pas ceux que l'utilisateur a choisis.",
        attendu=dire(sorted(choisis)),
        recu=dire(sorted(recus)),
        ou=f"ExtrinsicObject[@id='{document.fiche.id}'] / confidentialityCode",
        echanges=(document.echange,),
    )


@verification(R_ANNONCE)
def invisible_avant_annonce(document: DocumentSoumis, quoi: str) -> Constat:
    """INVISIBLE_PATIENT est parmi les codes de la fiche ; un autre code peut l'accompagner (représentants légaux)."""
    recus = visibilites(document)
    return juger(
        R_ANNONCE,
        "INVISIBLE_PATIENT" in recus,
        f"{quoi}, dont le résultat reste à annoncer, n'est pas invisible au patient dans le DMP.",
        attendu=dire(["INVISIBLE_PATIENT"]),
        recu=dire(sorted(recus)),
        ou=f"ExtrinsicObject[@id='{document.fiche.id}'] / confidentialityCode",
        echanges=(document.echange,),
    )


@verification(R_ANNONCEE)
def visible_apres_annonce(en_vigueur: Mapping[str, Sequence[str]], recu: str, quoi: str) -> Constat:
    """`en_vigueur` : uniqueId → codes de ce que le DMP tient pour ce compte rendu ; un seul, visible du patient.

    Le document peut avoir changé d'attribut ou de version : seul compte ce qui est en vigueur.
    """
    etats = " ; ".join(f"{unique_id} : {dire(sorted(codes))}" for unique_id, codes in en_vigueur.items())
    cache = any("INVISIBLE_PATIENT" in codes for codes in en_vigueur.values())
    manque = "n'est plus dans le DMP" if not en_vigueur else "reste invisible au patient" if cache else "est en double"
    return juger(
        R_ANNONCEE,
        len(en_vigueur) == 1 and not cache,
        f"{quoi}, annoncé au patient, {manque} dans le DMP." if en_vigueur else f"{quoi}, annoncé, {manque}.",
        attendu="un seul document en vigueur, visible du patient",
        recu=f"{etats or 'aucun document'} ; logiciel : {recu}",
        ou="registre du DMP",
    )


@verification(R_REGISTRE)
def registre_fidele(registre: Mapping[str, Sequence[str]], choix: Mapping[str, Sequence[str]]) -> Constat:
    """`registre` : uniqueId → codes en vigueur dans le DMP ; `choix` : uniqueId → codes choisis.

    Le scénario doit opposer au moins un compte rendu restreint et un autre qui ne l'est pas.
    """
    if not any(choix.values()) or all(choix.values()):
        return R_REGISTRE.sans_objet("il faut un compte rendu restreint et un autre visible de tous")
    ecarts = [
        f"{unique_id} : {dire(sorted(registre[unique_id])) if unique_id in registre else 'absent du DMP'}"
        for unique_id, choisis in choix.items()
        if sorted(registre.get(unique_id, ("absent",))) != sorted(choisis)
    ]
    return juger(
        R_REGISTRE,
        not ecarts,
        "Un compte rendu du DMP n'a pas le masquage et la visibilité choisis pour lui.",
        attendu=" ; ".join(f"{unique_id} : {dire(sorted(choisis))}" for unique_id, choisis in choix.items())
        if ecarts
        else "",
        recu=" ; ".join(ecarts) or f"{len(choix)} comptes rendus, dont {sum(map(bool, choix.values()))} restreints",
        ou="registre du DMP",
    )


@verification(R_MONTRE)
def choix_montre(montres: object, choisis: Sequence[str], quoi: str) -> Constat:
    """Ce que le logiciel affiche après le choix est ce choix."""
    recus = sorted(map(str, montres)) if isinstance(montres, list | tuple) else []
    return juger(
        R_MONTRE,
        recus == sorted(choisis),
        f"{quoi} : le logiciel ne montre pas le masquage et la visibilité choisis.",
        attendu=dire(sorted(choisis)),
        recu=dire(recus),
        ou="écran du document",
    )

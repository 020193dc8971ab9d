"""Règles sur la visualisation du compte rendu : N3, N1 et PDF, chacune montrée à l'utilisateur."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256 as empreinte

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.cda.surete import CdaIllisible
from steps.verifications.compte_rendu.attendu import Resultat
from steps.verifications.compte_rendu.niveau_1 import corps_pdf
from steps.verifications.compte_rendu.structure import texte_du_pdf
from steps.verifications.compte_rendu.textes import juger_resultats, plier
from steps.verifications.presentation import absents, sections, texte_affiche
from steps.verifications.registre import verification

_EXIGENCE = "REM BIO, exigence SGL.DOC/va1.23 (travaux de concertation 2023)"
_ECRAN = "affichage du compte rendu dans le logiciel"

R_N3 = Regle(
    "CR-VUE-01",
    "L'utilisateur voit le compte rendu dans sa version N3, résultats compris",
    _EXIGENCE,
    Confiance.OFFICIELLE,
    "Affichez le CDA N3 par une feuille de style qui montre titre et récit de chaque section.",
)
R_N1 = Regle(
    "CR-VUE-02",
    "L'utilisateur voit le compte rendu dans sa version N1 : le PDF même que le CDA encapsule",
    _EXIGENCE,
    Confiance.OFFICIELLE,
    "Affichez le PDF du corps du CDA N1, tel qu'il y est encapsulé.",
)
R_PDF = Regle(
    "CR-VUE-03",
    "L'utilisateur voit le compte rendu dans sa version PDF, résultats compris",
    _EXIGENCE,
    Confiance.OFFICIELLE,
    "Affichez le PDF du compte rendu.",
)


@verification(R_N3)
def n3_affiche(affichage: str, cda: bytes, resultats: Sequence[Resultat], temoin: str, quoi: str) -> Constat:
    """Les récits du N3 exporté se lisent à l'écran, et chaque résultat saisi ; `temoin` : le nom de naissance."""
    if not affichage.strip():
        return R_N3.enfreinte(
            f"{quoi} en N3 ne s'affiche pas", attendu="en-tête et sections", recu="rien n'est affiché", ou=_ECRAN
        )
    affiche = texte_affiche(affichage)
    try:
        lues = sections(cda)
    except CdaIllisible as erreur:
        return R_N3.sans_objet(f"le N3 de {quoi} ne se lit pas : {erreur}")
    manques = [texte for section in lues for texte in absents(affiche, [section.titre, *section.textes])]
    if not lues or manques:
        return R_N3.enfreinte(
            f"l'affichage de {quoi} en N3 ne montre pas tout son récit",
            attendu=" ; ".join(manques[:5]) or "un CDA N3 et ses sections",
            recu=affiche[:300],
            ou=_ECRAN,
        )
    return juger_resultats(R_N3, affiche, resultats, f"l'affichage de {quoi} en N3", temoin)


@verification(R_N1)
def n1_affiche(pdf: bytes, corps_sha256: str, n1: bytes, quoi: str) -> Constat:
    """Le PDF montré est celui qu'encapsule le N1 exporté ; à défaut du fichier, son empreinte."""
    try:
        encapsule = corps_pdf(lire_cda(n1))
    except CdaIllisible as erreur:
        return R_N1.sans_objet(f"le N1 de {quoi} ne se lit pas : {erreur}")
    if not encapsule:
        return R_N1.sans_objet(f"le N1 de {quoi} n'encapsule pas de PDF")
    voulue, vue = empreinte(encapsule).hexdigest(), empreinte(pdf).hexdigest() if pdf else corps_sha256.lower()
    if not vue:
        return R_N1.enfreinte(
            f"{quoi} en N1 ne s'affiche pas", attendu=f"PDF de SHA-256 {voulue}", recu="aucun PDF", ou=_ECRAN
        )
    if pdf and vue != voulue and _mots(pdf) == _mots(encapsule) != set():
        return R_N1.a_regarder(
            f"le PDF montré pour {quoi} a le même texte que celui du N1, pas les mêmes octets", recu=vue, ou=_ECRAN
        )
    return juger(
        R_N1,
        vue == voulue,
        f"le PDF montré pour {quoi} en N1 n'est pas celui qu'il encapsule",
        attendu=f"SHA-256 {voulue}",
        recu=f"SHA-256 {vue}",
        ou=_ECRAN,
    )


@verification(R_PDF)
def pdf_affiche(pdf: bytes, resultats: Sequence[Resultat], temoin: str, quoi: str) -> Constat:
    """Le PDF montré s'ouvre et porte chaque résultat saisi ; `temoin` : le nom de naissance."""
    if not pdf:
        return R_PDF.enfreinte(f"{quoi} ne s'affiche pas en PDF", attendu="un PDF", recu="aucun PDF", ou=_ECRAN)
    texte = texte_du_pdf(pdf)
    if texte.strip() and plier(temoin) not in plier(texte):
        return R_PDF.enfreinte(
            f"le PDF montré n'est pas le compte rendu {quoi}",
            attendu=f"« {temoin} » et ses résultats",
            recu=plier(texte)[:300],
            ou=_ECRAN,
        )
    return juger_resultats(R_PDF, texte, resultats, f"le PDF montré pour {quoi}", temoin)


def _mots(pdf: bytes) -> set[str]:
    return set(plier(texte_du_pdf(pdf)).split())

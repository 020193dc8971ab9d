"""Règles sur la structure du compte rendu N3 : chaque résultat est codé, se lit dans le récit, et dans le PDF."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.surete import CdaIllisible
from steps.verifications.compte_rendu.attendu import Resultat
from steps.verifications.compte_rendu.lecture import CorpsLu, ObservationLue, lire_corps
from steps.verifications.compte_rendu.textes import contient, juger_resultats, plier, positions
from steps.verifications.pdf.flux import PdfIllisible
from steps.verifications.pdf.lecture import lire_pdf
from steps.verifications.registre import verification

EXIGENCE = "REM BIO, exigence SGL.DOC/va1.30 (travaux de concertation 2023)"
VOLET = "ANS, CI-SIS, volet CR-BIO 2024.01"
_CORPS = "ClinicalDocument/component/structuredBody"

R_CODES = Regle(
    "CR-STR-01",
    "Chaque résultat saisi est une observation du CDA N3, avec son code, sa valeur et son unité",
    f"{EXIGENCE} ; {VOLET}, entrée FR-Resultat-examens-de-biologie-element-clinique-pertinent",
    Confiance.OFFICIELLE,
    "Écrivez une observation par résultat : code LOINC, value (xsi:type PQ pour une grandeur) et unit.",
)
R_RECIT = Regle(
    "CR-STR-02",
    "Chaque résultat saisi se lit dans le récit du CDA N3, avec son unité",
    f"{EXIGENCE} ; HL7 CDA R2 (2005), § 4.3.5 : le récit est la partie attestée",
    Confiance.OFFICIELLE,
    "Écrivez dans section/text tout ce que disent les entrées : libellé, valeur, unité.",
)
R_CHAPITRES = Regle(
    "CR-STR-03",
    "Chaque résultat est rangé dans un chapitre codé, sous une entrée de résultats",
    f"{VOLET}, sections FR-CR-BIO-Chapitre et FR-CR-BIO-Sous-Chapitre",
    Confiance.DOCUMENTEE,
    "Placez chaque observation dans une entrée 1.3.6.1.4.1.19376.1.3.1, sous une section de modèle "
    "1.3.6.1.4.1.19376.1.3.3.2.1 qui porte le code LOINC de sa discipline.",
)
R_COPIE = Regle(
    "CR-STR-04",
    "La copie PDF que porte le CDA N3 donne chaque résultat saisi",
    f"{VOLET}, section FR-Document-PDF-copie",
    Confiance.DOCUMENTEE,
    "Joignez dans le CDA le PDF édité à partir des mêmes résultats.",
)
R_PDF = Regle(
    "CR-STR-05",
    "Le compte rendu en PDF donne chaque résultat saisi, avec son unité",
    "REM BIO, exigence DOC/va1.01 : le compte rendu de biologie en PDF/A-1",
    Confiance.OFFICIELLE,
    "Éditez le PDF à partir des mêmes résultats que le CDA.",
)


@verification(R_CODES, R_CHAPITRES)
def resultats_structures(cda: bytes, resultats: Sequence[Resultat], quoi: str) -> list[Constat]:
    """Chaque résultat rendu, retrouvé par son code ; un résultat en attente n'a pas de valeur."""
    corps = lire_ou_dire(R_CODES, cda, quoi)
    if isinstance(corps, Constat):
        return [corps]
    manques, douteux, sans_chapitre = [], [], []
    for resultat in resultats:
        siennes = [o for o in corps.observations if resultat.code in o.codes]
        if not resultat.valeur:
            manques += [f"{resultat.ecrit}, et une valeur est structurée" for o in siennes if o.valeurs or o.texte]
            continue
        justes = [o for o in siennes if porte(o, resultat)]
        if not justes and any(
            porte(o, resultat) and contient(plier(o.libelle), resultat.libelle) for o in corps.observations
        ):
            douteux.append(f"{resultat.ecrit}, sous un autre code")
        elif not justes and any(autrement(o, resultat) for o in siennes):
            douteux.append(f"{resultat.ecrit}, écrit {' / '.join(decrire(o) for o in siennes)}")
        elif not justes:
            vu = " / ".join(decrire(o) for o in siennes) or "aucune observation de ce code"
            manques.append(f"{resultat.ecrit} ({resultat.code}) : {vu}")
        sans_chapitre += [resultat.ecrit for o in justes[:1] if not o.chapitre or not o.dans_une_entree]
    ranges = juger(
        R_CHAPITRES,
        not sans_chapitre,
        f"des résultats de {quoi} ne sont pas dans un chapitre codé",
        attendu="une section FR-CR-BIO-Chapitre codée, et son entrée de résultats",
        recu=" ; ".join(sans_chapitre) or ", ".join(sorted({o.chapitre for o in corps.observations if o.chapitre})),
        ou=_CORPS,
    )
    if douteux and not manques:
        texte = f"dites si {quoi} porte bien ces résultats : {' ; '.join(douteux)}"
        return [R_CODES.a_regarder(texte, recu=quoi, ou=_CORPS), ranges]
    codes = juger(
        R_CODES,
        not manques,
        f"{len(manques)} résultat(s) saisis ne sont pas structurés tels quels dans {quoi}",
        attendu=" ; ".join(r.ecrit for r in resultats),
        recu=" ; ".join(manques) or " ; ".join(decrire(o) for o in corps.observations if o.valeurs)[:300],
        ou=_CORPS,
    )
    return [codes, ranges]


@verification(R_RECIT)
def resultats_au_recit(cda: bytes, resultats: Sequence[Resultat], quoi: str) -> Constat:
    """Chaque résultat rendu se lit dans le récit."""
    corps = lire_ou_dire(R_RECIT, cda, quoi)
    if isinstance(corps, Constat):
        return corps
    return juger_resultats(R_RECIT, corps.recit, resultats, f"le récit de {quoi}", "")


@verification(R_COPIE)
def resultats_a_la_copie(cda: bytes, resultats: Sequence[Resultat], temoin: str, quoi: str) -> Constat:
    """Chaque résultat rendu se lit dans un PDF que porte le document ; `temoin` : le nom de naissance du patient."""
    corps = lire_ou_dire(R_COPIE, cda, quoi)
    if isinstance(corps, Constat):
        return corps
    textes = [texte_du_pdf(attache.octets) for attache in corps.attaches if attache.media == "application/pdf"]
    if not any(textes):
        return R_COPIE.a_regarder(f"aucun PDF lisible n'est attaché à {quoi}", ou=_CORPS)
    return juger_resultats(R_COPIE, "\n".join(textes), resultats, f"la copie PDF de {quoi}", temoin)


@verification(R_PDF)
def resultats_au_pdf(pdf: bytes, resultats: Sequence[Resultat], temoin: str, quoi: str) -> Constat:
    """Chaque résultat rendu se lit dans le PDF édité ; `temoin` : le nom de naissance du patient."""
    try:
        texte = lire_pdf(pdf).texte
    except PdfIllisible as erreur:
        return R_PDF.sans_objet(f"le PDF de {quoi} ne se lit pas : {erreur}")
    return juger_resultats(R_PDF, texte, resultats, f"le PDF de {quoi}", temoin)


def lire_ou_dire(regle: Regle, cda: bytes, quoi: str) -> CorpsLu | Constat:
    """Le corps structuré, ou le constat qui dit pourquoi il n'y en a pas."""
    try:
        corps = lire_corps(cda)
    except CdaIllisible as erreur:
        return regle.sans_objet(f"{quoi} ne se lit pas comme un CDA : {erreur}")
    if not corps.recits:
        return regle.enfreinte(
            f"{quoi} n'a pas de section", attendu="un corps structuré (CDA R2 N3)", recu="aucune section", ou=_CORPS
        )
    return corps


def porte(observation: ObservationLue, resultat: Resultat) -> bool:
    """Vrai si l'observation porte cette valeur, dans cette unité."""
    if any(
        egaux(valeur, resultat.valeur) and _meme_unite(unite, resultat.unite) for valeur, unite in observation.valeurs
    ):
        return True
    texte = plier(observation.texte)
    unite = not resultat.unite or bool(positions(texte, resultat.unite))
    return bool(texte) and contient(texte, resultat.valeur) and unite


def autrement(observation: ObservationLue, resultat: Resultat) -> bool:
    """Vrai si l'observation porte cette valeur dans une unité écrite autrement, ce qu'un libellé local peut être."""
    return any(
        egaux(valeur, resultat.valeur) and unite not in ("", "1") and not _meme_unite(unite, resultat.unite)
        for valeur, unite in observation.valeurs
    )


def _meme_unite(lue: str, attendue: str) -> bool:
    return plier("" if lue == "1" else lue) == plier(attendue)


def egaux(un: str, autre: str) -> bool:
    """Deux écritures du même nombre, ou du même texte."""
    try:
        return Decimal(plier(un)) == Decimal(plier(autre))
    except InvalidOperation:
        return plier(un) == plier(autre)


def decrire(observation: ObservationLue) -> str:
    """« Sodium 141 mmol/L »."""
    valeurs = ", ".join(f"{valeur} {unite}".strip() for valeur, unite in observation.valeurs)
    return f"{observation.libelle or '/'.join(observation.codes)} {valeurs or observation.texte or 'sans valeur'}"


def texte_du_pdf(octets: bytes) -> str:
    """Le texte d'un PDF ; vide s'il ne se lit pas."""
    try:
        return lire_pdf(octets).texte
    except PdfIllisible:
        return ""

"""Règles sur le CDA N3 auto-présentable : sa feuille de style embarquée, ce qu'elle montre, comparé au PDF."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.cda.surete import CdaIllisible, analyser
from steps.verifications.compte_rendu.attendu import Resultat
from steps.verifications.compte_rendu.lecture import CorpsLu, lire_corps
from steps.verifications.compte_rendu.structure import egaux, texte_du_pdf
from steps.verifications.compte_rendu.textes import Lecture, contient, plier, situer
from steps.verifications.pdf.concordance import champs_attendus
from steps.verifications.presentation import XSL, FeuilleInapplicable, absents, appliquer, sections, texte_affiche
from steps.verifications.registre import verification

_EXIGENCE = "REM BIO, exigence SGL.DOC/va1.25 (travaux de concertation 2023)"
_SCENARIO = "REM BIO, scénario DOC/va1.25.01 (travaux de concertation 2023)"
_PSEUDO = re.compile(r"""\b(type|href)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TYPES = ("text/xsl", "text/xml", "application/xml", "application/xslt+xml")

R_EMBARQUEE = Regle(
    "CR-FEUILLE-01",
    "Le CDA auto-présentable contient sa feuille de style, et l'appelle",
    f"{_EXIGENCE} ; ANS, exemple CR-BIO auto-présentable (racine xsl:stylesheet, instruction xml-stylesheet)",
    Confiance.OFFICIELLE,
    'Placez ClinicalDocument dans une feuille XSLT précédée de <?xml-stylesheet type="text/xsl" href="#"?>.',
)
R_CONTENU = Regle(
    "CR-FEUILLE-02",
    "Le CDA auto-présentable est le compte rendu de biologie N3",
    _EXIGENCE,
    Confiance.OFFICIELLE,
    "Embarquez le CDA N3 du compte rendu, avec son corps structuré.",
)
R_TOUT_MONTRE = Regle(
    "CR-FEUILLE-03",
    "La feuille de style embarquée montre toutes les données structurées",
    _EXIGENCE,
    Confiance.OFFICIELLE,
    "Montrez titre et récit de chaque section, et toute donnée codée que le récit ne dirait pas.",
)
R_COMME_LE_PDF = Regle(
    "CR-FEUILLE-04",
    "Le CDA auto-présentable affiche les mêmes informations que le PDF",
    _EXIGENCE,
    Confiance.OFFICIELLE,
    "Faites dire à la feuille de style tout ce que dit le PDF : patient, INS, auteur, laboratoire, résultats.",
)
R_CHROME = Regle(
    "CR-FEUILLE-05",
    "Le CDA auto-présentable s'affiche dans un navigateur de la famille de Google Chrome",
    _SCENARIO,
    Confiance.OFFICIELLE,
    "Essayez le fichier dans Chrome ; la feuille doit être en XSLT 1.0 et embarquée.",
)
R_NAVIGATEURS = Regle(
    "CR-FEUILLE-06",
    "Le CDA auto-présentable s'affiche dans Google Chrome, Mozilla Firefox et Apple Safari",
    _SCENARIO,
    Confiance.OFFICIELLE,
    "Ouvrez le fichier dans les trois navigateurs et joignez les trois captures.",
)


@dataclass(frozen=True, slots=True)
class Presentation:
    """Ce qu'un fichier dit de sa feuille. `feuille` : ses octets quand elle y est ; `adresse` : ce qui l'appelle."""

    feuille: bytes
    adresse: str
    type_annonce: str

    @property
    def appelee(self) -> bool:
        """Vrai si un navigateur, en ouvrant le fichier, y trouve la feuille."""
        dedans = self.adresse.startswith(("#", "data:")) and self.type_annonce in _TYPES
        return bool(self.feuille) and dedans


def lire_presentation(octets: bytes) -> Presentation:
    """La feuille du fichier : une feuille XSLT qui porte le document, ou une adresse `data:`. Lève `CdaIllisible`."""
    racine = analyser(octets)
    instructions = [
        {nom: double or simple for nom, double, simple in _PSEUDO.findall(avant.text or "")}
        for avant in racine.itersiblings(etree.ProcessingInstruction, preceding=True)
        if getattr(avant, "target", "") == "xml-stylesheet"
    ]
    instruction = instructions[0] if instructions else {}
    adresse, annonce = instruction.get("href", ""), instruction.get("type", "")
    if adresse.startswith("data:"):
        return Presentation(_donnees(adresse), adresse[:60], annonce)
    feuilles = [racine] if racine.tag in (f"{{{XSL}}}stylesheet", f"{{{XSL}}}transform") else []
    feuilles += racine.findall(f".//{{{XSL}}}stylesheet")
    return Presentation(etree.tostring(feuilles[0]) if feuilles else b"", adresse, annonce)


def _donnees(adresse: str) -> bytes:
    entete, _, contenu = adresse.removeprefix("data:").partition(",")
    if not entete.endswith(";base64"):
        return unquote_to_bytes(contenu)
    try:
        return base64.b64decode(contenu, validate=True)
    except (binascii.Error, ValueError):
        return b""


@verification(R_EMBARQUEE, R_CONTENU)
def feuille_embarquee(octets: bytes, *, jointe: bool, quoi: str) -> list[Constat]:
    """La feuille est dans le fichier et s'applique d'elle-même. `jointe` : le logiciel en fournit une à côté."""
    try:
        lue, entete, corps = lire_presentation(octets), lire_cda(octets), lire_corps(octets)
    except CdaIllisible as erreur:
        return [
            R_EMBARQUEE.enfreinte(
                f"{quoi} auto-présentable ne se lit pas", attendu="un CDA dans sa feuille", recu=str(erreur), ou=quoi
            )
        ]
    recu = f"feuille de {len(lue.feuille)} octets" if lue.feuille else "aucune feuille"
    recu += f", appelée par href={lue.adresse!r} type={lue.type_annonce!r}" if lue.adresse else ", rien ne l'appelle"
    if not lue.feuille and jointe and lue.adresse and not lue.adresse.startswith("#"):
        embarquee = R_EMBARQUEE.enfreinte(
            f"la feuille de style de {quoi} est à côté du document, pas dedans",
            attendu="la feuille dans le fichier",
            recu=recu,
            ou="instruction xml-stylesheet",
        )
    else:
        embarquee = juger(
            R_EMBARQUEE,
            lue.appelee,
            f"{quoi} ne se présente pas de lui-même",
            attendu="une feuille XSLT dans le fichier, appelée par une instruction xml-stylesheet",
            recu=recu,
            ou="instruction xml-stylesheet et racine",
        )
    contenu = juger(
        R_CONTENU,
        entete.corps == "structuredBody" and bool(corps.recits),
        f"{quoi} auto-présentable n'est pas un CDA N3",
        attendu="structuredBody et ses sections",
        recu=entete.corps or "aucun corps",
        ou="ClinicalDocument/component",
    )
    return [embarquee, contenu]


@verification(R_TOUT_MONTRE, R_COMME_LE_PDF)
def feuille_montre_tout(
    octets: bytes, pdf: bytes, resultats: Sequence[Resultat], matricule: str, quoi: str
) -> list[Constat]:
    """La feuille embarquée, appliquée par le banc : données du document, puis tout ce que le PDF dit aussi."""
    try:
        lue, corps = lire_presentation(octets), lire_corps(octets)
        if not lue.feuille:
            return [R_TOUT_MONTRE.sans_objet(f"{quoi} n'embarque pas de feuille de style")]
        affiche = texte_affiche(appliquer(lue.feuille, octets))
    except CdaIllisible as erreur:
        return [R_TOUT_MONTRE.sans_objet(f"{quoi} ne se lit pas : {erreur}")]
    except FeuilleInapplicable as erreur:
        if "denied" in str(erreur):
            raison = f"la feuille embarquée de {quoi} lit un autre fichier, que le banc n'a pas : montrez le document"
            return [R_TOUT_MONTRE.a_regarder(raison, recu=str(erreur)[:300], ou="feuille embarquée")]
        return [
            R_TOUT_MONTRE.enfreinte(
                f"la feuille embarquée ne s'applique pas à {quoi}",
                attendu="une feuille XSLT qui rend ce document",
                recu=str(erreur)[:300],
                ou="feuille embarquée",
            )
        ]
    manques = _non_montres(affiche, corps, octets)
    montre = juger(
        R_TOUT_MONTRE,
        not manques,
        f"la feuille embarquée ne montre pas {len(manques)} donnée(s) de {quoi}",
        attendu=" ; ".join(manques[:8]),
        recu=affiche[:300] or "rien"
        if manques
        else f"{len(corps.observations)} observations, {len(corps.recits)} sections",
        ou="document rendu par sa feuille",
    )
    return [montre, _comme_le_pdf(affiche, octets, pdf, resultats, matricule, quoi)]


def _non_montres(affiche: str, corps: CorpsLu, octets: bytes) -> list[str]:
    """Récits, puis chaque valeur codée, germe et exécutant, que l'affichage ne dit pas."""
    manques = [t for section in sections(octets) for t in absents(affiche, [section.titre, *section.textes])]
    plie = plier(affiche)
    for observation in corps.observations:
        for valeur, unite in observation.valeurs:
            if not _montre_valeur(plie, valeur, unite):
                manques.append(f"{observation.libelle} {valeur} {unite}".strip())
        if observation.executant and not contient(plie, observation.executant.nom):
            manques.append(f"exécutant {observation.executant.nom}")
    manques += [f"germe {'/'.join(i.libelles)}" for i in corps.isolats if not _un_des(plie, i.libelles)]
    return list(dict.fromkeys(manques))


def _montre_valeur(plie: str, valeur: str, unite: str) -> bool:
    ecritures = {valeur, *(mot for mot in re.findall(r"\d+(?:\.\d+)?", plie) if egaux(mot, valeur))}
    return any(contient(plie, ecrite) for ecrite in ecritures) and (unite in ("", "1") or plier(unite) in plie)


def _un_des(plie: str, libelles: Sequence[str]) -> bool:
    return not libelles or any(contient(plie, libelle) for libelle in libelles)


def _comme_le_pdf(
    affiche: str, octets: bytes, pdf: bytes, resultats: Sequence[Resultat], matricule: str, quoi: str
) -> Constat:
    texte, vu = comparable(texte_du_pdf(pdf)), comparable(affiche)
    attendus = dict(champs_attendus(lire_cda(octets)))
    if matricule:
        attendus["matricule INS"] = (matricule,)
    dits = {nom: formes for nom, formes in attendus.items() if any(comparable(f) in texte for f in formes)}
    rendus = [r for r in resultats if r.valeur and _lu(texte, r)]
    if not dits or not rendus:
        return R_COMME_LE_PDF.a_regarder(f"le texte du PDF de {quoi} ne s'extrait pas : comparez les deux affichages")
    manques = [f"{nom} : {formes[0]}" for nom, formes in dits.items() if not any(comparable(f) in vu for f in formes)]
    manques += [resultat.ecrit for resultat in rendus if not _lu(vu, resultat)]
    return juger(
        R_COMME_LE_PDF,
        not manques,
        f"le PDF de {quoi} dit ce que le document auto-présentable n'affiche pas",
        attendu=" ; ".join(manques) or ", ".join(dits),
        recu=affiche[:300] if manques else f"{', '.join(dits)}, {len(rendus)} résultat(s)",
        ou="document rendu par sa feuille, et PDF",
    )


def _lu(texte: str, resultat: Resultat) -> bool:
    return situer(plier(texte), comparable(resultat.libelle), resultat.valeur, resultat.unite) is not Lecture.ABSENTE


@verification(R_CHROME)
def affiche_par_chromium(
    texte: str, temoin_rendu: bool, resultats: Sequence[Resultat], version: str, quoi: str
) -> Constat:
    """`texte` : ce que Chromium montre ; `temoin_rendu` : il a montré une feuille XSLT d'essai, sans rapport."""
    if not temoin_rendu:
        return R_CHROME.a_regarder(
            f"{version} n'applique aucune feuille XSLT, même d'essai : montrez {quoi} dans la version de Chrome visée"
        )
    plie = plier(texte)
    absents_ = [
        r.ecrit for r in resultats if r.valeur and situer(plie, r.libelle, r.valeur, r.unite) is Lecture.ABSENTE
    ]
    return juger(
        R_CHROME,
        not absents_,
        f"{version} n'affiche pas {quoi}",
        attendu=" ; ".join(absents_),
        recu=plie[:300] or "page vide" if absents_ else f"{version} : {len(plie)} caractères affichés",
        ou=version,
    )


@verification(R_NAVIGATEURS)
def trois_navigateurs(quoi: str, chromium_vu: bool) -> Constat:
    """Le banc n'a ni Firefox ni Safari : une personne regarde, et joint ses captures."""
    dont = "Mozilla Firefox et Apple Safari" if chromium_vu else "Google Chrome, Mozilla Firefox et Apple Safari"
    return R_NAVIGATEURS.a_regarder(
        f"montrez {quoi} auto-présentable dans {dont} ; joignez les trois captures, et dites si sa présentation est "
        "proche de celle du PDF"
    )

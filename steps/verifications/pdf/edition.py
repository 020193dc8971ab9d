"""Vérifications d'une édition : PDF lisible, traits en clair avec leurs intitulés, INS présente ou absente."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from reports.constat import Constat, Regle
from steps.flux.identite import OIDS_INS, IdentiteUsager, comparable, porte_suite
from steps.verifications.pdf.etiquettes import (
    Issue,
    Recherche,
    chercher,
    etiquette_presente,
    motif_date,
    motif_matricule,
    motif_nom,
    motif_sexe,
    normaliser_page,
)
from steps.verifications.pdf.flux import PdfDemesure, PdfIllisible, flux_decodes
from steps.verifications.pdf.lecture import PdfChiffre, PdfLu, lire_pdf
from steps.verifications.pdf.regles import (
    AU_CHOIX,
    EN_CLAIR,
    LIEU,
    MATRICULE,
    NAISSANCE,
    NATURE,
    NOM,
    NOM_UTILISE,
    OUVRABLE,
    PRENOM,
    PRENOM_UTILISE,
    SANS_INS,
    SEXE,
    TEXTE,
)
from steps.verifications.registre import verification

_SUPPLEMENTAIRES: dict[str, tuple[Regle, Callable[[str], str]]] = {
    "nom_utilise": (NOM_UTILISE, motif_nom),
    "prenom_utilise": (PRENOM_UTILISE, motif_nom),
    "code_lieu_naissance": (LIEU, motif_nom),
}
_NATURE = re.compile(r"[\s(\[:,/*-]*(NIR|NIA)(?![A-Z])")
_OID = re.compile("|".join(re.escape(oid) + r"(?![0-9.]*[0-9])" for oid in sorted(OIDS_INS, key=len, reverse=True)))


@verification(OUVRABLE, EN_CLAIR)
def pdf_ouvrable(octets: bytes, *, echanges: tuple[int, ...] = ()) -> Constat:
    """Le fichier est un PDF complet, non chiffré, qui s'ouvre."""
    lu = _lire(octets, echanges)
    if isinstance(lu, Constat):
        return lu
    return OUVRABLE.respectee(recu=f"{len(octets)} octets, {len(lu.pages)} page(s)", ou="fichier", echanges=echanges)


@verification(OUVRABLE, EN_CLAIR, TEXTE)
def texte_extrait(octets: bytes, temoins: Sequence[str], *, echanges: tuple[int, ...] = ()) -> Constat:
    """Le texte de ce fichier s'extrait : on y trouve au moins un des témoins (nom de naissance, titre…)."""
    lu = _lire(octets, echanges)
    if isinstance(lu, Constat):
        return lu
    temoin = _temoin(lu, temoins)
    if temoin:
        return TEXTE.respectee(recu=f"« {temoin} » trouvé", ou="texte des pages", echanges=echanges)
    return _texte_non_extrait(lu, temoins, echanges)


@verification(OUVRABLE, EN_CLAIR, TEXTE, NOM, PRENOM, NAISSANCE, SEXE, MATRICULE, NATURE)
def traits_affiches(
    octets: bytes, identite: IdentiteUsager, *, temoins: Sequence[str] = (), echanges: tuple[int, ...] = ()
) -> list[Constat]:
    """Les traits minimaux sont en clair ; le matricule et sa nature aussi, si l'identité attendue porte une INS.

    `temoins` : autres textes dont on sait qu'ils sont dans ce document ; l'un d'eux, ou le nom de naissance, doit être
    trouvé pour qu'une absence soit crue.
    """
    lu = _lire(octets, echanges)
    if isinstance(lu, Constat):
        return [lu]
    if not _temoin(lu, (identite.nom_naissance, *temoins)):
        return [_texte_non_extrait(lu, (identite.nom_naissance, *temoins), echanges)]
    pages = [normaliser_page(page) for page in lu.pages]
    constats = [
        _constat(
            NOM, chercher(pages, "nom_naissance", motif_nom(identite.nom_naissance)), identite.nom_naissance, echanges
        ),
        _premier_prenom(pages, identite, echanges),
        _constat(
            NAISSANCE,
            chercher(pages, "date_naissance", motif_date(identite.date_naissance)),
            identite.date_naissance,
            echanges,
        ),
        _constat(SEXE, chercher(pages, "sexe", motif_sexe(identite.sexe)), identite.sexe, echanges),
    ]
    if identite.matricule_ins:
        constats += _matricule(pages, identite, echanges)
    return constats


@verification(OUVRABLE, EN_CLAIR, TEXTE, NOM_UTILISE, PRENOM_UTILISE, LIEU, AU_CHOIX)
def champs_supplementaires(
    octets: bytes,
    identite: IdentiteUsager,
    choisis: Collection[str],
    *,
    temoins: Sequence[str] = (),
    echanges: tuple[int, ...] = (),
) -> list[Constat]:
    """Les traits complémentaires choisis par le site sont édités, les autres ne le sont pas.

    `choisis` : parmi `nom_utilise`, `prenom_utilise`, `code_lieu_naissance`.
    """
    lu = _lire(octets, echanges)
    if isinstance(lu, Constat):
        return [lu]
    if not _temoin(lu, (identite.nom_naissance, *temoins)):
        return [_texte_non_extrait(lu, (identite.nom_naissance, *temoins), echanges)]
    pages = [normaliser_page(page) for page in lu.pages]
    constats: list[Constat] = []
    for champ, (regle, motif) in _SUPPLEMENTAIRES.items():
        valeur = str(getattr(identite, champ))
        if champ not in choisis:
            constats.append(_non_choisi(pages, champ, echanges))
        elif not valeur:
            constats.append(
                regle.sans_objet(f"{champ} n'a pas de valeur attendue : rien à comparer", echanges=echanges)
            )
        else:
            constats.append(_constat(regle, chercher(pages, champ, motif(valeur)), valeur, echanges))
    return constats


@verification(OUVRABLE, EN_CLAIR, TEXTE, SANS_INS)
def ins_absente_de_l_edition(
    octets: bytes, identite: IdentiteUsager, *, temoins: Sequence[str] = (), echanges: tuple[int, ...] = ()
) -> list[Constat]:
    """Ni le matricule ni un OID d'INS dans le texte, les métadonnées, les pièces jointes ou les objets du fichier.

    `identite` porte l'INS qui ne doit pas paraître. Les codes à barres sont examinés par `datamatrix_absent`.
    """
    lu = _lire(octets, echanges)
    if isinstance(lu, Constat):
        return [lu]
    if not _temoin(lu, (identite.nom_naissance, *temoins)):
        return [_texte_non_extrait(lu, (identite.nom_naissance, *temoins), echanges)]
    if not identite.matricule_ins:
        return [SANS_INS.sans_objet("l'INS qui ne doit pas paraître n'est pas connue du banc", echanges=echanges)]
    constats: list[Constat] = []
    for ou, contenu in _lieux(lu, octets):
        trouve = _ins_dans(contenu, identite.matricule_ins)
        if trouve and not any(c.ou == ou for c in constats):
            constats.append(
                SANS_INS.enfreinte(
                    "l'INS paraît dans l'édition d'une identité non qualifiée",
                    attendu="ni matricule INS ni OID",
                    recu=trouve,
                    ou=ou,
                    echanges=echanges,
                )
            )
    if constats:
        return constats
    examine = (
        f"{len(lu.pages)} page(s), {len(lu.metadonnees)} métadonnée(s), {len(lu.pieces_jointes)} pièce(s) jointe(s)"
    )
    return [SANS_INS.respectee(recu=f"{examine} sans INS", ou="fichier entier", echanges=echanges)]


def _lire(octets: bytes, echanges: tuple[int, ...]) -> PdfLu | Constat:
    try:
        return lire_pdf(octets)
    except PdfChiffre as erreur:
        return EN_CLAIR.enfreinte(
            "l'édition est chiffrée", attendu="PDF en clair", recu=str(erreur), ou="fichier", echanges=echanges
        )
    except PdfDemesure as erreur:
        return OUVRABLE.sans_objet(f"le banc refuse de décoder ce fichier : {erreur}", echanges=echanges)
    except PdfIllisible as erreur:
        return OUVRABLE.enfreinte(
            "l'édition n'est pas un PDF lisible",
            attendu="PDF complet",
            recu=str(erreur),
            ou="fichier",
            echanges=echanges,
        )


def _temoin(lu: PdfLu, temoins: Sequence[str]) -> str:
    texte = comparable(lu.texte)
    return next((temoin for temoin in temoins if temoin and comparable(temoin) in texte), "")


def _texte_non_extrait(lu: PdfLu, temoins: Sequence[str], echanges: tuple[int, ...]) -> Constat:
    cherches = ", ".join(f"« {temoin} »" for temoin in temoins if temoin) or "aucun témoin"
    return TEXTE.a_regarder(
        f"le texte attendu ({cherches}) ne s'extrait pas de ce fichier : une personne doit lire l'édition",
        recu=f"{len(lu.texte.strip())} caractère(s) extraits",
        ou="texte des pages",
        echanges=echanges,
    )


def _constat(regle: Regle, vu: Recherche, attendu: str, echanges: tuple[int, ...]) -> Constat:
    ou = f"page {vu.page}" if vu.page else "toutes les pages"
    if vu.issue is Issue.SUIVI:
        return regle.respectee(recu=vu.extrait, ou=ou, echanges=echanges)
    if vu.issue is Issue.SEPARES:
        return regle.a_regarder(
            f"l'intitulé et « {attendu} » y sont, mais pas à la suite : une personne doit voir s'ils vont ensemble",
            recu=vu.extrait,
            ou=ou,
            echanges=echanges,
        )
    messages = {
        Issue.AUTRE_VALEUR: "l'intitulé est suivi d'une autre valeur",
        Issue.SANS_ETIQUETTE: "la valeur y est, sans intitulé",
        Issue.SANS_VALEUR: "l'intitulé y est, sans la valeur",
        Issue.RIEN: "ni l'intitulé ni la valeur n'y sont",
    }
    return regle.enfreinte(messages[vu.issue], attendu=attendu, recu=vu.extrait or "rien", ou=ou, echanges=echanges)


def _premier_prenom(pages: Sequence[str], identite: IdentiteUsager, echanges: tuple[int, ...]) -> Constat:
    motif = motif_nom(identite.premier_prenom_naissance)
    vu = chercher(pages, "premier_prenom_naissance", motif)
    if vu.issue is Issue.SANS_ETIQUETTE:
        liste = chercher(pages, "prenoms_naissance", motif)
        if liste.issue is Issue.SUIVI:
            return PRENOM.a_regarder(
                "le premier prénom est en tête d'une liste de prénoms : une personne doit voir s'il est sans équivoque",
                recu=liste.extrait,
                ou=f"page {liste.page}",
                echanges=echanges,
            )
    return _constat(PRENOM, vu, identite.premier_prenom_naissance, echanges)


def _matricule(pages: Sequence[str], identite: IdentiteUsager, echanges: tuple[int, ...]) -> list[Constat]:
    vu = chercher(pages, "matricule_ins", motif_matricule(identite.matricule_ins))
    attendu = f"{identite.matricule_ins} {identite.nature_ins}"
    constats = [_constat(MATRICULE, vu, attendu, echanges)]
    if vu.issue is not Issue.SUIVI:
        return constats
    ou = f"page {vu.page}"
    nature = _NATURE.match(vu.suite)
    avant = re.search(r"\b(NIR|NIA)\b", vu.extrait)
    if nature and nature[1] == identite.nature_ins:
        constats.append(NATURE.respectee(recu=f"{vu.extrait}{nature[0]}", ou=ou, echanges=echanges))
    elif not nature and avant and avant[1] == identite.nature_ins:
        message = (
            "la nature précède le matricule au lieu de le suivre : une personne doit voir si elle est sans équivoque"
        )
        constats.append(NATURE.a_regarder(message, recu=vu.extrait, ou=ou, echanges=echanges))
    else:
        recu = f"{vu.extrait}{nature[0] if nature else vu.suite[:20]}".strip()
        message = (
            "la nature qui suit le matricule n'est pas celle de son OID"
            if nature
            else "le matricule n'est pas suivi de sa nature"
        )
        constats.append(NATURE.enfreinte(message, attendu=attendu, recu=recu, ou=ou, echanges=echanges))
    return constats


def _non_choisi(pages: Sequence[str], champ: str, echanges: tuple[int, ...]) -> Constat:
    etiquette = etiquette_presente(pages, champ)
    if not etiquette:
        return AU_CHOIX.respectee(recu=f"aucun intitulé de {champ}", ou="toutes les pages", echanges=echanges)
    return AU_CHOIX.enfreinte(
        f"{champ} est édité sans avoir été choisi",
        attendu=f"pas d'intitulé de {champ}",
        recu=etiquette,
        ou="pages",
        echanges=echanges,
    )


def _lieux(lu: PdfLu, octets: bytes) -> Iterator[tuple[str, str]]:
    for numero, page in enumerate(lu.pages, 1):
        yield f"texte de la page {numero}", page
    for nom, valeur in lu.metadonnees.items():
        yield f"métadonnée {nom}", valeur
    for nom, contenu in lu.pieces_jointes:
        yield f"pièce jointe {nom}", nom + "\n" + _en_texte(contenu)
    yield "objets du fichier", _en_texte(octets)
    for contenu in flux_decodes(octets):
        yield "objets du fichier", _en_texte(contenu)


def _en_texte(octets: bytes) -> str:
    # Sans les octets nuls, l'UTF-16 des chaînes de PDF redevient lisible.
    return octets.replace(b"\0", b"").decode("latin-1")


def _ins_dans(texte: str, matricule: str) -> str:
    if porte_suite(texte, matricule[:13]):
        return "le matricule"
    if matricule[:13].encode("ascii").hex() in texte.lower():
        return "le matricule, écrit en hexadécimal"
    oid = _OID.search(texte)
    return f"l'OID {oid[0]}" if oid else ""

"""Les pièces jointes d'un courriel de santé : une archive d'échange, et chaque document en PDF/A-1 à côté."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports.constat import Confiance, Constat, Regle
from steps.jugements.marque import rejouable
from steps.verifications.cda.corps import decoder
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import EnTeteCda
from steps.verifications.mssante.contenus import NOM_ARCHIVE, CdaJoint
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel
from steps.verifications.mssante.mime import Partie
from steps.verifications.mssante.objet import PREFIXE
from steps.verifications.pdf import concorde_avec_cda
from steps.verifications.pdf.nommage import nom_attendu, nom_du_pdf_joint
from steps.verifications.registre import verification

_CONF_23 = "REM BIO, exigence MSS/CONF.23 ; MSSanté référentiel #2, ECO.2.1.1"
_CISIS = "ANS, CI-SIS, volet d'échange de documents de santé (archive jointe à un courriel)"
PDFS_MAX = 30

ARCHIVE = Regle(
    "MSS-PJT-01", "Un courriel qui transmet des documents de santé porte une archive IHE_XDM, et une seule", _CONF_23,
    Confiance.OFFICIELLE, "Joindre une archive IHE_XDM.zip de tous les documents, CDA compris.",
)  # fmt: skip
NOM = Regle(
    "MSS-PJT-02", f"L'archive se nomme {NOM_ARCHIVE}", _CISIS, Confiance.DOCUMENTEE,
    f"Nommer l'archive {NOM_ARCHIVE} (capitales ou minuscules).",
)  # fmt: skip
TYPE_ARCHIVE = Regle(
    "MSS-PJT-03", "L'archive est de type application/zip", _CISIS, Confiance.DOCUMENTEE,
    "Écrire Content-Type: application/zip.",
)  # fmt: skip
TYPE_PDF = Regle(
    "MSS-PJT-04", "Un PDF joint est de type application/pdf", "RFC 8118", Confiance.DOCUMENTEE,
    "Écrire Content-Type: application/pdf.",
)  # fmt: skip
UN_PDF = Regle(
    "MSS-PJT-05", "Chaque CDA de l'archive est aussi joint en PDF", _CONF_23, Confiance.OFFICIELLE,
    "Joindre au courriel, à côté de l'archive, un PDF/A-1 par CDA.",
)  # fmt: skip
DISPOSITION = Regle(
    "MSS-PJT-06", "L'archive et les PDF sont des pièces jointes nommées",
    f"{_CONF_23} ; RFC 2183 ; déduction du banc : les lecteurs montrent aussi ce qui est « inline »",
    Confiance.DEDUITE, "Écrire Content-Disposition: attachment avec le nom du fichier.",
)  # fmt: skip
AUTRES = Regle(
    "MSS-PJT-07", "Un courriel de santé ne porte que l'archive et les PDF",
    "Déduction du banc : le texte ne parle que d'eux", Confiance.DEDUITE, "Ne joindre que l'archive et les PDF.",
)  # fmt: skip


def transmet_un_document(courriel: Courriel) -> bool:
    """Vrai si le courriel porte une archive d'échange ou un CDA, ou l'annonce par son objet.

    Un rapport (avis de lecture, de remise) peut reprendre l'objet du courriel dont il parle : il ne transmet rien.
    """
    contenus = courriel.contenus
    annonce = courriel.objet.startswith(PREFIXE) and not courriel.rapport
    return bool(contenus.echanges or contenus.cdas_nus or annonce)


@verification(ARCHIVE, NOM, TYPE_ARCHIVE)
def archive(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Une archive d'échange, une seule, son nom et son type ; rien si le courriel n'a ni document ni PDF."""
    contenus, echanges = courriel.contenus, contexte.echanges
    presentes = contenus.echanges
    if not transmet_un_document(courriel):
        if not contenus.pdfs:
            return []
        message = "Un PDF est joint sans archive IHE_XDM : si c'est un document de santé, l'archive manque."
        recu = ", ".join(p.nom_de_fichier[:60] or "sans nom" for p in contenus.pdfs[:5])
        return [ARCHIVE.a_regarder(message, recu=recu, ou=contenus.pdfs[0].titre, echanges=echanges)]
    recu = ", ".join(archive.partie.nom_de_fichier[:80] or "sans nom" for archive in presentes)
    if not presentes and contenus.limite:
        return [ARCHIVE.sans_objet(contenus.limite, echanges=echanges)]
    nus = f"CDA joint hors archive : {contenus.cdas_nus[0].nom[:80]}" if contenus.cdas_nus else "aucune archive"
    constats = [
        juger(
            ARCHIVE, len(presentes) == 1,
            "Le courriel n'a pas d'archive IHE_XDM." if not presentes else "Le courriel a plusieurs archives IHE_XDM.",
            attendu=f"une archive {NOM_ARCHIVE}", recu=recu or nus,
            ou=presentes[0].partie.titre if presentes else "pièces jointes", echanges=echanges,
        )
    ]  # fmt: skip
    for une in presentes:
        partie = une.partie
        constats.append(
            juger(
                NOM, partie.nom_de_fichier.casefold() == NOM_ARCHIVE.casefold(), "L'archive ne porte pas son nom.",
                attendu=NOM_ARCHIVE, recu=partie.nom_de_fichier[:120] or "aucun nom", ou=partie.titre,
                echanges=echanges,
            )
        )  # fmt: skip
        constats.append(_type(TYPE_ARCHIVE, partie, "application/zip", "L'archive n'est pas de type zip.", echanges))
    return constats


def _type(regle: Regle, partie: Partie, attendu: str, message: str, echanges: tuple[int, ...]) -> Constat:
    return juger(
        regle, partie.type == attendu, message, attendu=attendu, recu=partie.type, ou=partie.titre, echanges=echanges
    )


@verification(UN_PDF, TYPE_PDF)
def pdfs(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Autant de PDF que de CDA, chacun de type application/pdf."""
    contenus, echanges = courriel.contenus, contexte.echanges
    constats = [
        _type(TYPE_PDF, p, "application/pdf", "Un PDF joint n'est pas de type application/pdf.", echanges)
        for p in contenus.pdfs[:PDFS_MAX]
    ]
    if not contenus.cdas:
        return constats
    recu = f"{len(contenus.cdas)} CDA, {len(contenus.pdfs)} PDF joint(s)"
    if len(contenus.pdfs) < len(contenus.cdas):
        message = "Un document de l'archive n'est pas joint en PDF."
        attendu = f"{len(contenus.cdas)} PDF, un par CDA"
        constats.append(UN_PDF.enfreinte(message, attendu=attendu, recu=recu, ou="pièces jointes", echanges=echanges))
    elif len(contenus.pdfs) > len(contenus.cdas):
        message = "Il y a plus de PDF joints que de CDA : une personne doit voir ce que sont les autres."
        constats.append(UN_PDF.a_regarder(message, recu=recu, ou="pièces jointes", echanges=echanges))
    else:
        constats.append(UN_PDF.respectee(recu=recu, ou="pièces jointes", echanges=echanges))
    return constats


def apparier(cdas: Sequence[CdaJoint], joints: Sequence[Partie]) -> list[tuple[CdaJoint, Partie]]:
    """Chaque CDA lisible et le PDF dont il est le plus proche : mêmes octets, même nom, puis dans l'ordre."""
    restants = list(joints[:PDFS_MAX])
    couples: list[tuple[CdaJoint, Partie]] = []
    en_attente: list[tuple[CdaJoint, EnTeteCda]] = []
    for cda in cdas:
        encapsule = decoder(cda.entete.contenu) if cda.entete is not None and cda.entete.contenu is not None else None
        meme = next((p for p in restants if encapsule and p.contenu == encapsule), None)
        if meme is not None:
            couples.append((cda, meme))
            restants.remove(meme)
        elif cda.entete is not None:
            en_attente.append((cda, cda.entete))
    sans_nom: list[CdaJoint] = []
    for cda, entete in en_attente:
        nomme = next((p for p in restants if _nomme(p, entete)), None)
        if nomme is None:
            sans_nom.append(cda)
        else:
            couples.append((cda, nomme))
            restants.remove(nomme)
    return [*couples, *zip(sans_nom, restants, strict=False)]


def _nomme(partie: Partie, cda: EnTeteCda) -> bool:
    return _lettres(partie.nom_de_fichier) == _lettres(nom_attendu(cda))


def _lettres(texte: str) -> str:
    return "".join(c for c in texte.casefold() if c.isalnum())


@rejouable
def concordance(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Chaque PDF est la copie de son CDA (identique en N1, mêmes données en N3) et porte le nom que ce CDA demande."""
    constats = []
    for cda, partie in apparier(courriel.contenus.cdas, courriel.contenus.pdfs):
        if cda.entete is None:
            continue
        ou, echanges = partie.titre, contexte.echanges
        constats += nom_du_pdf_joint(partie.nom_de_fichier, cda.entete, ou=ou, echanges=echanges)
        constats += [replace(c, echanges=echanges) for c in concorde_avec_cda(partie.contenu, cda.entete, ou=ou)]
    return constats


@verification(DISPOSITION, AUTRES)
def presentation(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Des pièces jointes et rien d'autre : des remarques, dans un courriel qui transmet un document."""
    if not transmet_un_document(courriel):
        return []
    contenus, echanges = courriel.contenus, contexte.echanges
    pieces = [*(archive.partie for archive in contenus.archives), *contenus.pdfs]
    enligne = [p for p in pieces if p.disposition.valeur != "attachment" or not p.nom_de_fichier]
    autres = [*contenus.autres, *contenus.messages, *(a.partie for a in contenus.archives if not a.echange)]
    if enligne:
        recu = ", ".join(
            f"{p.nom_de_fichier[:60] or 'sans nom'} : {p.disposition.valeur or 'rien'}" for p in enligne[:5]
        )
        place = DISPOSITION.signalee("Une pièce n'est pas présentée comme une pièce jointe nommée.",
                                     attendu="Content-Disposition: attachment; filename=…", recu=recu,
                                     ou=enligne[0].titre, echanges=echanges)  # fmt: skip
    else:
        place = DISPOSITION.respectee(recu=f"{len(pieces)} pièce(s) jointe(s)", ou="pièces jointes", echanges=echanges)
    if autres:
        recu = ", ".join(f"{p.nom_de_fichier[:60] or 'sans nom'} ({p.type})" for p in autres[:5])
        reste = AUTRES.signalee("Le courriel porte d'autres pièces.", attendu="l'archive et les PDF", recu=recu,
                                ou=autres[0].titre, echanges=echanges)  # fmt: skip
    else:
        reste = AUTRES.respectee(recu=f"{len(pieces)} pièce(s)", ou="pièces jointes", echanges=echanges)
    return [place, reste]

"""L'examen d'une pièce : des bornes aux octets, des octets au contenu, du contenu à ce que la preuve accepte."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reports.depots import MENTION_LIEN
from reports.pieces import attestations, liens
from reports.pieces.atelier import Atelier, atelier_commun
from reports.pieces.bornes import TAILLE_MAX, TAILLE_MAX_TOUTES
from reports.pieces.controles.archive import noms_de
from reports.pieces.controles.lecture import distance
from reports.pieces.formats import ADMIS, Format, danger, enumerer, genre_deduit, reconnaitre, selon_extension
from reports.pieces.modele import Contexte, PieceExaminee, PieceRefusee
from reports.pieces.refus import Refus, trop
from reports.preuves import nom_de_fichier
from reports.texte import taille_lisible
from requirements.modele import TypePiece

_DEBUT = 4096
_SEMBLABLES = 4
"""Bits d'écart, sur 256, sous lesquels deux images se ressemblent trop pour ne pas le dire."""


def examiner_piece(
    source: bytes | Path,
    acceptes: Sequence[TypePiece],
    contexte: Contexte,
    *,
    atelier: Atelier | None = None,
) -> PieceExaminee | PieceRefusee:
    """Ce que vaut ce fichier pour une preuve qui accepte ces genres ; rien n'est écrit dans le dossier de campagne."""
    try:
        if isinstance(source, Path):
            return _examiner(source, tuple(acceptes), contexte, atelier or atelier_commun())
        _exiger_taille(len(source))
        with tempfile.TemporaryDirectory(prefix="banc-sons-piece-") as dossier:
            chemin = Path(dossier) / "piece"
            chemin.write_bytes(source)
            return _examiner(chemin, tuple(acceptes), contexte, atelier or atelier_commun())
    except Refus as refus:
        return refus.piece
    except OSError as erreur:
        recu = f"{contexte.nom} : {erreur.strerror or erreur}"
        return PieceRefusee("illisible", "un fichier que le banc peut lire", recu, "vérifiez ses droits et son chemin")


def _examiner(chemin: Path, acceptes: tuple[TypePiece, ...], contexte: Contexte, atelier: Atelier) -> PieceExaminee:
    if not chemin.is_file():
        raise Refus("absent", "un fichier", f"{contexte.nom} n'en est pas un", "donnez le chemin d'un fichier")
    taille = chemin.stat().st_size
    _exiger_taille(taille)
    annonce = _genre_annonce(contexte, acceptes)
    with chemin.open("rb") as fichier:
        debut = fichier.read(_DEBUT)
    if _est_un_lien(contexte.nom, annonce, acceptes, taille):
        return _examiner_lien(chemin.read_bytes(), acceptes, contexte)
    format_ = _reconnaitre(chemin, debut, contexte.nom, acceptes)
    if taille > TAILLE_MAX[format_.famille]:
        limite = taille_lisible(TAILLE_MAX[format_.famille])
        raise trop(format_.nom, limite, taille_lisible(taille), "réduisez-la, ou coupez-la en plusieurs pièces")
    avertissements = _comparer_extension(contexte.nom, format_)
    genre = _genre(format_, annonce, acceptes)
    with chemin.open("rb") as fichier:
        sha256 = hashlib.file_digest(fichier, "sha256").hexdigest()
    avertissements += _doublons(sha256, contexte, partageable=partageable(genre, acceptes))
    lecture = atelier.lire(chemin, format_.mime, genre, contexte.nom, contexte.permis)
    details, a_verifier = dict(lecture.details), ""
    avertissements += lecture.avertissements
    if genre is TypePiece.ATTESTATION:
        jour = contexte.jour or dt.datetime.now(dt.UTC).date()
        champs, signales, a_verifier = attestations.juger(contexte.meta, contexte.logiciel, jour)
        details.update(champs)
        avertissements += signales
    elif contexte.meta:
        avertissements.append("métadonnées ignorées : elles ne servent qu'à une attestation ou une homologation")
    avertissements += _semblables(details.get("empreinte_visuelle"), sha256, contexte)
    if TypePiece.LIEN_PLATEFORME in acceptes and genre is TypePiece.DOCUMENT:
        a_verifier = f"document à rapprocher du résultat officiel : {MENTION_LIEN}"
    return PieceExaminee(
        genre,
        format_.mime,
        _nommer(contexte.nom, format_),
        sha256,
        taille,
        details,
        lecture.vignette,
        tuple(avertissements),
        a_verifier,
    )


def _exiger_taille(taille: int) -> None:
    if not taille:
        raise Refus("vide", "un fichier qui contient quelque chose", "un fichier vide", "refaites-le, puis déposez-le")
    if taille > TAILLE_MAX_TOUTES:
        recu = f"{taille_lisible(taille)} ; rien n'en a été lu"
        raise trop("une pièce", taille_lisible(TAILLE_MAX_TOUTES), recu, "coupez la vidéo, ou réduisez sa définition")


def _genre_annonce(contexte: Contexte, acceptes: tuple[TypePiece, ...]) -> TypePiece | None:
    if not contexte.genre:
        return None
    try:
        genre = TypePiece(contexte.genre)
    except ValueError:
        connus = ", ".join(piece.value for piece in TypePiece)
        raise Refus("genre", f"un genre parmi {connus}", repr(contexte.genre), "corrigez le genre") from None
    if genre not in acceptes:
        raise Refus(
            "genre",
            f"pour cette preuve : {enumerer(acceptes)}",
            f"une pièce annoncée comme {genre.libelle}",
            "annoncez un genre que la preuve accepte, ou laissez le banc le déduire",
        )
    return genre


def _reconnaitre(chemin: Path, debut: bytes, nom: str, acceptes: tuple[TypePiece, ...]) -> Format:
    if (trouve := danger(debut)) is not None:
        raise Refus("dangereux", enumerer(acceptes), f"{trouve[0]} ({nom})", trouve[1])
    noms = noms_de(chemin) if debut.startswith((b"PK\x03\x04", b"PK\x05\x06")) else ()
    format_ = reconnaitre(debut, noms)
    if format_ is None:
        raise Refus(
            "format",
            enumerer(acceptes),
            f"{nom} : un contenu que le banc ne reconnaît pas",
            "enregistrez-le dans l'un de ces formats",
        )
    return format_


def _comparer_extension(nom: str, format_: Format) -> list[str]:
    """Une extension d'une autre famille est refusée ; d'un format voisin, signalée."""
    annonce = selon_extension(nom)
    extension = nom.rpartition(".")[2].lower() if "." in nom else ""
    if annonce is None or extension in format_.extensions:
        return []
    textuels = {"XML", "JSON", "texte", "courriel"}
    if annonce.famille is not format_.famille and not {annonce.famille.value, format_.famille.value} <= textuels:
        raise Refus(
            "extension",
            f"un contenu qui répond à son nom ({annonce.nom})",
            f"{nom}, dont les octets sont ceux d'un fichier {format_.nom}",
            f"redonnez au fichier sa vraie extension (.{format_.extensions[0]}), ou choisissez le bon fichier",
        )
    return [f"{nom} est en réalité : {format_.nom} ; il est rangé avec sa vraie extension"]


def _genre(format_: Format, annonce: TypePiece | None, acceptes: tuple[TypePiece, ...]) -> TypePiece:
    if annonce is not None and format_.mime not in ADMIS[annonce]:
        raise Refus("format", enumerer((annonce,)), f"un fichier {format_.nom}", "changez de format, ou de genre")
    genre = annonce or genre_deduit(format_, acceptes)
    if genre is None:
        raise Refus(
            "format", enumerer(acceptes), f"un fichier {format_.nom}", "apportez l'une des formes que la preuve accepte"
        )
    return genre


def _est_un_lien(nom: str, annonce: TypePiece | None, acceptes: tuple[TypePiece, ...], taille: int) -> bool:
    if TypePiece.LIEN_PLATEFORME not in acceptes or taille > 20_000:
        return False
    return annonce is TypePiece.LIEN_PLATEFORME or (annonce is None and nom.lower().endswith((liens.SUFFIXE, ".url")))


def _examiner_lien(octets: bytes, acceptes: tuple[TypePiece, ...], contexte: Contexte) -> PieceExaminee:
    lien = liens.lire_lien(octets)
    contenu = liens.en_fichier(lien)
    sha256 = hashlib.sha256(contenu).hexdigest()
    avertissements = _doublons(sha256, contexte, partageable=True)
    if signale := liens.avertissement(lien):
        avertissements.append(signale)
    base = nom_de_fichier(contexte.nom).removesuffix(liens.SUFFIXE).removesuffix(".url").removesuffix(".txt") or "lien"
    return PieceExaminee(
        TypePiece.LIEN_PLATEFORME,
        "application/json",
        f"{base}{liens.SUFFIXE}",
        sha256,
        len(contenu),
        lien,
        avertissements=tuple(avertissements),
        a_verifier=MENTION_LIEN,
        contenu=contenu,
    )


def partageable(genre: TypePiece | str, acceptes: Sequence[TypePiece | str]) -> bool:
    """Une homologation, un passage sur une plateforme officielle répondent à plusieurs exigences à la fois."""
    if genre == TypePiece.DOCUMENT:
        return TypePiece.LIEN_PLATEFORME in acceptes
    return genre in (TypePiece.ATTESTATION, TypePiece.LIEN_PLATEFORME)


def _doublons(sha256: str, contexte: Contexte, *, partageable: bool) -> list[str]:
    """Refuse le fichier d'une preuve sans rapport ; dit celui qui sert déjà à une preuve voisine."""
    dits = []
    for voisine in contexte.voisines:
        if voisine.sha256 != sha256 or voisine.preuve == contexte.preuve:
            continue
        memes = voisine.exigence == contexte.exigence or voisine.scenario == contexte.scenario
        if not (memes or (partageable and voisine.partageable)):
            raise Refus(
                "doublon",
                f"une pièce propre à l'exigence {contexte.exigence}",
                f"le même fichier que pour la preuve {voisine.preuve} ({voisine.nom}), d'une autre exigence",
                "montrez ce que cette exigence demande dans une pièce à elle ; coupez la vidéo si elle couvre les deux",
            )
        dits.append(f"ce fichier sert aussi à la preuve {voisine.preuve} : il vaut pour les deux")
    return dits


def _semblables(empreinte: object, sha256: str, contexte: Contexte) -> list[str]:
    if not isinstance(empreinte, str) or not empreinte:
        return []
    proches = sorted(
        {
            f"{voisine.nom} (preuve {voisine.preuve})"
            for voisine in contexte.voisines
            if voisine.empreinte_visuelle
            and voisine.preuve != contexte.preuve
            and voisine.sha256 != sha256
            and distance(voisine.empreinte_visuelle, empreinte) <= _SEMBLABLES
        }
    )
    if not proches:
        return []
    suite = f" et {len(proches) - 3} autres" if len(proches) > 3 else ""
    return [f"presque identique à {', '.join(proches[:3])}{suite} : vérifiez que c'est bien l'image voulue"]


def _nommer(nom: str, format_: Format) -> str:
    propre = nom_de_fichier(nom)
    extension = propre.rpartition(".")[2].lower() if "." in propre else ""
    if extension in format_.extensions:
        return propre
    base = propre.rpartition(".")[0] if selon_extension(propre) is not None else propre
    return nom_de_fichier(f"{base}.{format_.extensions[0]}")

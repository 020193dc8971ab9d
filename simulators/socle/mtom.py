"""Lecture et écriture d'un message MTOM/XOP (`multipart/related`), sans le tenir en mémoire.

Le lecteur travaille sur un fichier ouvert et ne retient que des positions : un lot de 60 Mo se parcourt une fois,
par blocs. Il est tolérant comme un serveur réel doit l'être (ligne blanche avant le premier délimiteur, fins de
ligne LF, base64, formes variées de Content-ID) et consigne chaque écart dans `remarques` : c'est aux
vérifications d'en juger. Ce qui empêche de retrouver les parties avec certitude est refusé par `ErreurMtom`.
"""

from __future__ import annotations

import binascii
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import unquote

from simulators.socle.echange import Corps

_BLOC = 256 * 1024
# RFC 2046 § 5.1.1 : des blancs de transport peuvent suivre la frontière ; au-delà ce n'est plus un délimiteur.
_BLANCS_MAX = 256


class ErreurMtom(ValueError):
    """Le message ne peut pas être découpé en parties ; le texte dit pourquoi, en français."""


@dataclass(frozen=True, slots=True)
class LimitesMtom:
    """Bornes du découpage, contre les messages hostiles."""

    parties: int = 100
    octets_entetes: int = 16 * 1024


@dataclass(frozen=True)
class Partie:
    """Une partie MIME : ses en-têtes et la position de son contenu brut dans le fichier."""

    entetes: tuple[tuple[str, str], ...]
    debut: int
    fin: int
    type_contenu: str
    parametres: Mapping[str, str]

    def entete(self, nom: str) -> str | None:
        """Première valeur de l'en-tête, sans distinction de casse."""
        return next((valeur for cle, valeur in self.entetes if cle.lower() == nom.lower()), None)

    @property
    def content_id(self) -> str:
        """Content-ID sans ses chevrons ; vide s'il manque."""
        return _sans_chevrons(self.entete("Content-ID") or "")

    @property
    def encodage(self) -> str:
        """Content-Transfer-Encoding en minuscules, `binary` par défaut (usage MTOM)."""
        return (self.entete("Content-Transfer-Encoding") or "binary").strip().lower()

    def blocs(self, fichier: BinaryIO, taille: int = _BLOC) -> Iterator[bytes]:
        """Contenu décodé, par blocs ; lève `ErreurMtom` si l'encodage annoncé n'est pas respecté."""
        bruts = self._bruts(fichier, taille)
        if self.encodage == "base64":
            return _decoder_base64(bruts)
        if self.encodage == "quoted-printable":
            return _decoder_quoted_printable(bruts)
        return bruts

    def lire(self, fichier: BinaryIO, maximum: int | None = None) -> bytes:
        """Contenu décodé entier, pour une partie que l'on sait petite ; `maximum` borne les octets bruts."""
        if maximum is not None and self.fin - self.debut > maximum:
            raise ErreurMtom(f"partie « {self.content_id} » de plus de {maximum} octets")
        return b"".join(self.blocs(fichier))

    def _bruts(self, fichier: BinaryIO, taille: int) -> Iterator[bytes]:
        position = self.debut
        while position < self.fin:
            fichier.seek(position)
            bloc = fichier.read(min(taille, self.fin - position))
            if not bloc:
                raise ErreurMtom("fichier plus court que les positions relevées")
            position += len(bloc)
            yield bloc


@dataclass(frozen=True)
class MessageMtom:
    """Un message découpé. `remarques` : écarts tolérés, en français, dans l'ordre où ils ont été vus."""

    racine: Partie
    parties: tuple[Partie, ...]
    parametres: Mapping[str, str]
    remarques: tuple[str, ...] = ()
    _par_id: Mapping[str, Partie] = field(default_factory=dict, repr=False)

    def resoudre(self, href: str) -> Partie | None:
        """Partie désignée par un `xop:Include/@href` (`cid:` + Content-ID, encodé ou non), None si absente."""
        if not href.lower().startswith("cid:"):
            return None
        brut = href[4:]
        return self._par_id.get(unquote(brut)) or self._par_id.get(brut)


def parse_type_contenu(valeur: str) -> tuple[str, dict[str, str]]:
    """Sépare `type/sous-type` et ses paramètres (noms en minuscules, guillemets et échappements compris)."""
    type_contenu, _, reste = valeur.partition(";")
    parametres: dict[str, str] = {}
    position = 0
    while position < len(reste):
        egal = reste.find("=", position)
        if egal < 0:
            break
        nom = reste[position:egal].strip(" \t\r\n;").lower()
        position = egal + 1
        while position < len(reste) and reste[position] in " \t":
            position += 1
        if position < len(reste) and reste[position] == '"':
            contenu, position = _chaine_citee(reste, position + 1)
        else:
            fin = reste.find(";", position)
            fin = len(reste) if fin < 0 else fin
            contenu, position = reste[position:fin].strip(), fin
        parametres.setdefault(nom, contenu)
        position += 1
    return type_contenu.strip().lower(), parametres


def est_multipart(type_contenu: str | None) -> bool:
    """Vrai quand l'en-tête Content-Type annonce un message MTOM ou un autre `multipart/*`."""
    return parse_type_contenu(type_contenu or "")[0].startswith("multipart/")


def decouper(fichier: BinaryIO, type_contenu: str, *, limites: LimitesMtom | None = None) -> MessageMtom:
    """Découpe le message contenu dans `fichier` (depuis sa position 0) selon son en-tête Content-Type."""
    limites = limites or LimitesMtom()
    nature, parametres = parse_type_contenu(type_contenu)
    if not nature.startswith("multipart/"):
        raise ErreurMtom(f"Content-Type multipart/related attendu, reçu « {nature} »")
    frontiere = parametres.get("boundary", "")
    if not frontiere:
        raise ErreurMtom("paramètre boundary absent du Content-Type")
    if len(frontiere) > 200 or not frontiere.isprintable():
        raise ErreurMtom("paramètre boundary illisible ou de plus de 200 caractères")
    remarques: list[str] = []
    if nature != "multipart/related":
        remarques.append(f"type {nature} au lieu de multipart/related")
    if len(frontiere) > 70:
        remarques.append("frontière de plus de 70 caractères (RFC 2046)")
    if parametres.get("type", "").lower() != "application/xop+xml":
        remarques.append(f"paramètre type : « {parametres.get('type', '')} » au lieu de application/xop+xml")
    bornes = _bornes(fichier, frontiere.encode("utf-8"), limites, remarques)
    parties = tuple(_lire_partie(fichier, debut, fin, limites, remarques) for debut, fin in bornes)
    par_id: dict[str, Partie] = {}
    for rang, partie in enumerate(parties, 1):
        if not partie.content_id:
            remarques.append(f"partie {rang} sans Content-ID")
        elif partie.content_id in par_id:
            raise ErreurMtom(f"Content-ID « {partie.content_id} » porté par deux parties")
        par_id[partie.content_id] = partie
    racine = _choisir_racine(parties, par_id, parametres, remarques)
    return MessageMtom(racine, parties, parametres, tuple(remarques), par_id)


def composer(
    racine: bytes,
    pieces: Sequence[tuple[str, str, Corps]] = (),
    *,
    action: str = "",
    frontiere: str | None = None,
    identifiant_racine: str = "racine@banc-sons.test",
) -> tuple[str, Iterator[bytes]]:
    """Compose un message MTOM : le Content-Type, puis les octets par blocs. `pieces` : (Content-ID, type, corps)."""
    frontiere = frontiere or f"banc-sons-{uuid.uuid4().hex}"
    suite = f'; action="{action}"' if action else ""
    type_contenu = (
        f'multipart/related; type="application/xop+xml"; start="<{identifiant_racine}>"; '
        f'start-info="application/soap+xml"; boundary="{frontiere}"{suite}'
    )
    return type_contenu, _ecrire(racine, tuple(pieces), frontiere, identifiant_racine)


def _ecrire(
    racine: bytes, pieces: tuple[tuple[str, str, Corps], ...], frontiere: str, identifiant_racine: str
) -> Iterator[bytes]:
    yield _tete(frontiere, identifiant_racine, 'application/xop+xml; charset=UTF-8; type="application/soap+xml"')
    yield racine
    for identifiant, nature, corps in pieces:
        yield b"\r\n" + _tete(frontiere, identifiant, nature)
        with corps.ouvrir() as source:
            while bloc := source.read(_BLOC):
                yield bloc
    yield f"\r\n--{frontiere}--\r\n".encode("ascii")


def _tete(frontiere: str, identifiant: str, nature: str) -> bytes:
    lignes = (f"--{frontiere}", f"Content-Type: {nature}", "Content-Transfer-Encoding: binary")
    return "\r\n".join((*lignes, f"Content-ID: <{identifiant}>", "", "")).encode("utf-8")


def _chaine_citee(texte: str, position: int) -> tuple[str, int]:
    morceaux: list[str] = []
    while position < len(texte) and texte[position] != '"':
        if texte[position] == "\\" and position + 1 < len(texte):
            position += 1
        morceaux.append(texte[position])
        position += 1
    fin = texte.find(";", position)
    return "".join(morceaux), len(texte) if fin < 0 else fin


def _bornes(fichier: BinaryIO, frontiere: bytes, limites: LimitesMtom, remarques: list[str]) -> list[tuple[int, int]]:
    """Positions (début des en-têtes, fin du contenu) de chaque partie."""
    bornes: list[tuple[int, int]] = []
    ouverte: int | None = None
    for debut, fin, derniere in _delimiteurs(fichier, b"--" + frontiere):
        if ouverte is None:
            fichier.seek(0)
            if fichier.read(len(frontiere) + 2) != b"--" + frontiere:
                fichier.seek(0)
                vide = not fichier.read(min(debut, 64)).strip()
                remarques.append("ligne blanche avant le premier délimiteur" if vide else "préambule ignoré")
        else:
            bornes.append((ouverte, max(ouverte, debut)))
            if len(bornes) > limites.parties:
                raise ErreurMtom(f"plus de {limites.parties} parties")
        ouverte = fin
        if derniere:
            if not bornes:
                raise ErreurMtom("message sans aucune partie")
            return bornes
    if ouverte is None:
        raise ErreurMtom("aucun délimiteur : la frontière annoncée ne figure pas dans le corps")
    raise ErreurMtom("message tronqué : délimiteur de fin absent")


def _delimiteurs(fichier: BinaryIO, marque: bytes) -> Iterator[tuple[int, int, bool]]:
    """Délimiteurs rencontrés : (fin du contenu qui précède, début de ce qui suit, vrai si c'est le dernier)."""
    tampon, base, fini = b"", 0, False
    marge = len(marque) + _BLANCS_MAX + 4
    cherche = 0
    while not fini:
        fichier.seek(base + len(tampon))  # l'appelant a pu déplacer la lecture entre deux délimiteurs
        bloc = fichier.read(_BLOC)
        fini = not bloc
        tampon += bloc
        while (rang := tampon.find(marque, cherche)) >= 0:
            if not fini and rang + marge > len(tampon):
                break
            trouve = _lire_delimiteur(tampon, rang, len(marque), base)
            if trouve is None:
                cherche = rang + 1
                continue
            yield trouve
            cherche = trouve[1] - base
        # On garde de quoi reconnaître une marque à cheval sur deux blocs, et les deux octets qui la précèdent.
        garde = rang if rang >= 0 else max(cherche, len(tampon) - len(marque) + 1)
        coupe = max(0, min(garde, len(tampon)) - 2)
        tampon, base, cherche = tampon[coupe:], base + coupe, max(0, max(cherche, garde) - coupe)


def _lire_delimiteur(tampon: bytes, rang: int, longueur: int, base: int) -> tuple[int, int, bool] | None:
    if base + rang > 0 and tampon[rang - 1 : rang] != b"\n":
        return None
    position = rang + longueur
    derniere = tampon[position : position + 2] == b"--"
    position += 2 if derniere else 0
    while tampon[position : position + 1] in (b" ", b"\t") and position - rang - longueur < _BLANCS_MAX:
        position += 1
    if tampon[position : position + 2] == b"\r\n":
        position += 2
    elif tampon[position : position + 1] == b"\n":
        position += 1
    elif not derniere or position < len(tampon):
        return None
    recul = 0
    if rang > 0:
        recul = 2 if tampon[max(0, rang - 2) : rang] == b"\r\n" else 1
    return base + rang - recul, base + position, derniere


def _lire_partie(fichier: BinaryIO, debut: int, fin: int, limites: LimitesMtom, remarques: list[str]) -> Partie:
    fichier.seek(debut)
    # Deux octets de plus que la partie : la ligne blanche d'une partie vide est aussi la fin de ligne du délimiteur.
    tete = fichier.read(min(limites.octets_entetes, fin - debut + 2))
    if tete.startswith((b"\r\n", b"\n")):
        longueur, brut = (2 if tete.startswith(b"\r") else 1), b""
    else:
        candidats = [(tete.find(marque), len(marque)) for marque in (b"\r\n\r\n", b"\n\n", b"\n\r\n")]
        trouves = [candidat for candidat in candidats if candidat[0] >= 0]
        if not trouves:
            raise ErreurMtom("en-têtes de partie sans ligne blanche finale, ou trop longs")
        coupe, taille = min(trouves)
        longueur, brut = coupe + taille, tete[:coupe]
    if b"\n" in brut.replace(b"\r\n", b""):
        remarques.append("fins de ligne LF seules dans les en-têtes d'une partie")
    entetes = tuple(_lire_entetes(brut))
    type_contenu, parametres = parse_type_contenu(_premier(entetes, "content-type"))
    partie = Partie(entetes, min(debut + longueur, fin), fin, type_contenu, parametres)
    if partie.encodage not in ("binary", "8bit", "7bit"):
        remarques.append(f"partie « {partie.content_id} » transportée en {partie.encodage}")
    return partie


def _lire_entetes(brut: bytes) -> Iterator[tuple[str, str]]:
    texte = brut.decode("utf-8", errors="replace").replace("\r\n", "\n")
    for ligne in texte.replace("\n ", " ").replace("\n\t", " ").split("\n"):
        nom, separateur, valeur = ligne.partition(":")
        if separateur:
            yield nom.strip(), valeur.strip()
        elif ligne.strip():
            raise ErreurMtom("ligne d'en-tête de partie sans deux-points")


def _premier(entetes: tuple[tuple[str, str], ...], nom: str) -> str:
    return next((valeur for cle, valeur in entetes if cle.lower() == nom), "")


def _choisir_racine(
    parties: tuple[Partie, ...], par_id: Mapping[str, Partie], parametres: Mapping[str, str], remarques: list[str]
) -> Partie:
    depart = _sans_chevrons(parametres.get("start", ""))
    if depart and depart in par_id:
        return par_id[depart]
    if depart:
        remarques.append(f"paramètre start « {depart} » sans partie de ce Content-ID : première partie prise")
    return parties[0]


def _sans_chevrons(valeur: str) -> str:
    valeur = valeur.strip()
    return valeur[1:-1] if valeur.startswith("<") and valeur.endswith(">") else valeur


def _decoder_base64(blocs: Iterator[bytes]) -> Iterator[bytes]:
    reste = b""
    for bloc in blocs:
        reste += bloc.translate(None, b" \t\r\n")
        utile = len(reste) - len(reste) % 4
        if utile:
            yield _base64_strict(reste[:utile])
            reste = reste[utile:]
    if reste:
        raise ErreurMtom("contenu base64 de longueur impossible")


def _base64_strict(octets: bytes) -> bytes:
    try:
        return binascii.a2b_base64(octets, strict_mode=True)
    except binascii.Error as erreur:
        raise ErreurMtom("contenu base64 invalide") from erreur


def _decoder_quoted_printable(blocs: Iterator[bytes]) -> Iterator[bytes]:
    reste = b""
    for bloc in blocs:
        reste += bloc
        coupe = reste.rfind(b"\n") + 1
        if coupe:
            yield binascii.a2b_qp(reste[:coupe])
            reste = reste[coupe:]
    if reste:
        yield binascii.a2b_qp(reste)

"""Lire un zip canonique sans lui faire confiance : tout écart avec l'écriture attendue se voit et se situe."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from reports.sceau import limites
from reports.sceau.anomalie import Anomalie, Domaine, DossierIllisible
from reports.sceau.zip_canonique import (
    CENTRAL,
    CREE_PAR,
    DEFLATE,
    FIN,
    LOCAL,
    SIGNATURE_CENTRALE,
    SIGNATURE_LOCALE,
    STOCKE,
    Place,
    entete_central,
    entete_local,
    fin_canonique,
    nom_permis,
)

_CHAMPS_LOCAUX = (
    "signature",
    "version",
    "drapeaux",
    "méthode",
    "heure",
    "date",
    "CRC-32",
    "taille comprimée",
    "taille",
    "longueur du nom",
    "longueur du champ supplémentaire",
)
_CHAMPS_CENTRAUX = (
    "signature",
    "créé par",
    *_CHAMPS_LOCAUX[1:],
    "longueur du commentaire",
    "disque",
    "attributs internes",
    "attributs externes",
    "position",
)


class LecteurZip:
    """Une archive ouverte : ses membres, et les anomalies de sa structure."""

    def __init__(self, fichier: BinaryIO) -> None:
        self._fichier = fichier
        self.taille = fichier.seek(0, 2)
        self.anomalies: list[Anomalie] = []
        if self.taille > limites.ARCHIVE_MAX:
            raise DossierIllisible(f"{self.taille} octets : un dossier scellé n'en compte jamais plus de 4 Gio")
        if self.taille < FIN.size:
            raise DossierIllisible("ce fichier n'est pas un zip : trop court")
        locales, apres_locales = self._suivre_locales()
        centrales, debut_central = self._suivre_centrales()
        self.places = self._choisir(locales, apres_locales, centrales, debut_central)
        self._comparer()
        self._controler_noms()

    def _lire(self, position: int, taille: int) -> bytes:
        self._fichier.seek(position)
        return self._fichier.read(taille)

    def _suivre_locales(self) -> tuple[list[Place], int]:
        """Les membres dans l'ordre du fichier, d'après leurs en-têtes ; s'arrête à ce qui n'en est pas un."""
        places: list[Place] = []
        position = 0
        while len(places) <= limites.MEMBRES_MAX:
            brut = self._lire(position, LOCAL.size)
            if len(brut) < LOCAL.size or brut[:4] != SIGNATURE_LOCALE:
                break
            champs = LOCAL.unpack(brut)
            nom = self._lire(position + LOCAL.size, champs[9]).decode("utf-8", "surrogateescape")
            place = Place(nom, champs[3], champs[6], champs[7], champs[8], position)
            if place.fin + champs[10] > self.taille:
                break
            places.append(place)
            position = place.fin + champs[10]
        return places, position

    def _suivre_centrales(self) -> tuple[list[Place], int]:
        """Les membres d'après le répertoire central ; liste vide s'il ne se lit pas."""
        fin = FIN.unpack(self._lire(self.taille - FIN.size, FIN.size))
        taille, debut = fin[5], fin[6]
        if debut + taille != self.taille - FIN.size:
            return [], -1
        brut, places, curseur = self._lire(debut, taille), [], 0
        while curseur + CENTRAL.size <= len(brut):
            champs = CENTRAL.unpack_from(brut, curseur)
            fin_du_nom = curseur + CENTRAL.size + champs[10]
            nom = brut[curseur + CENTRAL.size : fin_du_nom].decode("utf-8", "surrogateescape")
            places.append(Place(nom, champs[4], champs[7], champs[8], champs[9], champs[16]))
            curseur = fin_du_nom + champs[11] + champs[12]
        return (places, debut) if curseur == len(brut) else ([], -1)

    def _choisir(
        self, locales: list[Place], apres_locales: int, centrales: list[Place], debut_central: int
    ) -> list[Place]:
        """La description qui couvre le fichier sans trou : celle du répertoire central, sinon celle des en-têtes."""
        if centrales and _continues(centrales, debut_central):
            if locales and apres_locales == debut_central and len(locales) == len(centrales):
                # Une taille décompressée ou un CRC changé d'un seul côté : le contenu dira lequel a raison.
                return [
                    centrale if self._exacte(centrale) or not self._exacte(locale) else locale
                    for centrale, locale in zip(centrales, locales, strict=True)
                ]
            return centrales
        if locales and self._lire(apres_locales, 4) == SIGNATURE_CENTRALE:
            return locales
        if locales and apres_locales < self.taille and self._lire(apres_locales + 4, 2) == struct.pack("<H", CREE_PAR):
            return locales
        raise DossierIllisible(
            "ce fichier n'est pas un zip que le banc ait écrit : ni ses en-têtes, ni son répertoire ne le décrivent "
            "en entier"
        )

    def _exacte(self, place: Place) -> bool:
        """Le contenu comprimé a le CRC et la taille annoncés, et le nom est permis."""
        if not nom_permis(place.nom):
            return False
        crc, taille = 0, 0
        try:
            for bloc in self.contenu(place):
                crc, taille = zlib.crc32(bloc, crc), taille + len(bloc)
        except DossierIllisible:
            return False
        return crc == place.crc and taille == place.taille

    def _comparer(self) -> None:
        """Refait les octets de l'archive, hors contenus, et dit chaque champ qui diffère."""
        position = 0
        for place in self.places:
            attendu = entete_local(Place(*_sans_position(place), position))
            lu = self._lire(place.position, len(attendu))
            self._differences(attendu, lu, LOCAL, _CHAMPS_LOCAUX, f"en-tête de {_montrer(place.nom)}", place)
            position = place.fin
        attendu = fin_canonique(self.places, position)
        lu = self._lire(position, len(attendu) + 1)
        curseur = 0
        for place in self.places:
            entete = entete_central(place)
            self._differences(
                entete,
                lu[curseur : curseur + len(entete)],
                CENTRAL,
                _CHAMPS_CENTRAUX,
                f"répertoire central, entrée de {_montrer(place.nom)}",
                place,
            )
            curseur += len(entete)
        if lu[curseur:] != attendu[curseur:]:
            self._ajouter(
                "la fin de l'archive n'est pas celle du banc (commentaire, nombre de fichiers, ou octets en plus)",
                attendu=attendu[curseur:].hex(),
                recu=lu[curseur : curseur + 40].hex(),
            )

    def _differences(
        self, attendu: bytes, lu: bytes, forme: struct.Struct, champs: tuple[str, ...], ou: str, place: Place
    ) -> None:
        if attendu == lu:
            return
        if len(lu) < len(attendu):
            self._ajouter(f"{ou} : coupé", place)
            return
        for nom, voulu, trouve in zip(champs, forme.unpack_from(attendu), forme.unpack_from(lu), strict=True):
            if voulu != trouve:
                self._ajouter(f"{ou} : champ « {nom} » changé", place, attendu=str(voulu), recu=str(trouve))
        if attendu[forme.size :] != lu[forme.size :]:
            self._ajouter(
                f"{ou} : nom changé",
                place,
                attendu=_montrer(place.nom),
                recu=_montrer(lu[forme.size :].decode("utf-8", "replace")),
            )

    def _controler_noms(self) -> None:
        if len(self.places) > limites.MEMBRES_MAX:
            raise DossierIllisible(f"plus de {limites.MEMBRES_MAX} fichiers")
        rangs = Counter(place.nom.casefold() for place in self.places)
        for place in self.places:
            if not nom_permis(place.nom):
                self._ajouter(
                    f"nom de fichier dangereux ou impossible : {_montrer(place.nom)} ; ce fichier ne sera pas extrait",
                    place,
                    a_faire="ne pas ouvrir cette archive avec un autre outil",
                )
            elif rangs[place.nom.casefold()] > 1:
                self._ajouter(f"plusieurs fichiers portent ce nom, à la casse près : {_montrer(place.nom)}", place)

    def _ajouter(
        self, message: str, place: Place | None = None, attendu: str = "", recu: str = "", a_faire: str = ""
    ) -> None:
        nom = _montrer(place.nom) if place is not None else ""
        self.anomalies.append(
            Anomalie(Domaine.STRUCTURE, message, membre=nom, attendu=attendu, recu=recu, a_faire=a_faire)
        )

    # -- contenus

    def brut(self, place: Place) -> Iterator[bytes]:
        """Les octets du membre tels qu'ils sont dans l'archive, comprimés ou non."""
        position, reste = place.debut, place.comprime_taille
        while reste:
            bloc = self._lire(position, min(reste, limites.BLOC))
            if not bloc:
                raise DossierIllisible(f"{_montrer(place.nom)} : coupé")
            position, reste = position + len(bloc), reste - len(bloc)
            yield bloc

    def contenu(self, place: Place, plafond: int = limites.MEMBRE_MAX) -> Iterator[bytes]:
        """Les octets décompressés, jamais plus que la taille annoncée ni que le plafond."""
        if place.taille > plafond:
            raise DossierIllisible(f"{_montrer(place.nom)} : {place.taille} octets annoncés, au plus {plafond} permis")
        blocs = self.brut(place)
        if place.methode == STOCKE:
            if place.comprime_taille != place.taille:
                raise DossierIllisible(f"{_montrer(place.nom)} : deux tailles pour un fichier non comprimé")
            yield from blocs
        elif place.methode == DEFLATE:
            yield from _degonfler(blocs, place)
        else:
            raise DossierIllisible(f"{_montrer(place.nom)} : méthode de compression {place.methode} non admise")

    def octets(self, place: Place, plafond: int = limites.TEXTE_MAX) -> bytes:
        """Le contenu entier, en mémoire."""
        return b"".join(self.contenu(place, plafond))


def _degonfler(blocs: Iterable[bytes], place: Place) -> Iterator[bytes]:
    degonfleur, total = zlib.decompressobj(-15), 0
    try:
        for bloc in blocs:
            attente = bloc
            while attente and not degonfleur.eof:
                sorti = degonfleur.decompress(attente, limites.BLOC)
                attente = degonfleur.unconsumed_tail
                total += len(sorti)
                if total > place.taille:
                    raise DossierIllisible(f"{_montrer(place.nom)} : plus d'octets que les {place.taille} annoncés")
                if sorti:
                    yield sorti
            if degonfleur.eof and (attente or degonfleur.unused_data):
                raise DossierIllisible(f"{_montrer(place.nom)} : octets en trop après le flux comprimé")
    except zlib.error as erreur:
        raise DossierIllisible(f"{_montrer(place.nom)} : flux comprimé abîmé ({erreur})") from erreur
    if not degonfleur.eof:
        raise DossierIllisible(f"{_montrer(place.nom)} : flux comprimé coupé")


def _continues(places: Sequence[Place], fin: int) -> bool:
    """Les membres se suivent sans trou ni recouvrement, du premier octet à `fin`."""
    position = 0
    for place in places:
        if place.position != position:
            return False
        position = place.fin
    return position == fin


def _sans_position(place: Place) -> tuple[str, int, int, int, int]:
    return place.nom, place.methode, place.crc, place.comprime_taille, place.taille


def _montrer(nom: str) -> str:
    """Un nom hostile rendu affichable."""
    return nom.encode("unicode_escape", "replace").decode("ascii")[:200] if not nom.isprintable() else nom[:200]

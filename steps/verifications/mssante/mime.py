"""Découpage d'un message MIME venu d'un inconnu : en-têtes bruts, parties, octets. Temps linéaire, jamais d'exception.

`email` est écarté du découpage : il teste chaque ligne contre chaque multipart ouvert et descend par récursion. Ici les
lignes `--…` sont relevées une fois ; ce qui dépasse une limite n'est pas lu et `limite` le dit.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property

from steps.verifications.mssante.boites_lues import Adresse, lire_adresses
from steps.verifications.mssante.mots import decoder_mots, jeu_de_caracteres, texte_des_octets
from steps.verifications.mssante.parametres import ValeurParametree, lire_parametres
from steps.verifications.mssante.transfert import decoder_transfert

TAILLE_MAX = 64 * 1024 * 1024
ENTETE_MAX = 64 * 1024
ENTETES_MAX = 2_000
TOTAL_ENTETES_MAX = 1024 * 1024
PARTIES_MAX = 1_000
PROFONDEUR_MAX = 30
DELIMITEURS_MAX = 100_000

_CHAMP = re.compile(rb"([!-9;-~]+)([ \t]*):")
_TIRETS = re.compile(rb"(?m)^--[^\r\n]*")
_TYPE = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+")


@dataclass(frozen=True)
class EnTete:
    """Un en-tête tel qu'écrit. `brut` : ses octets après le deux-points, replis compris ; `ligne` : à partir de 1."""

    nom: str
    brut: bytes
    ligne: int

    @cached_property
    def valeur(self) -> str:
        """La valeur dépliée, mots encodés tels quels."""
        return texte_des_octets(re.sub(rb"\r?\n(?=[ \t])", b"", self.brut)).strip(" \t\r\n")

    @cached_property
    def boites(self) -> tuple[list[Adresse], list[str]]:
        """Les adresses de cet en-tête, et les défauts de leur liste."""
        return lire_adresses(self.valeur)

    @cached_property
    def _decodee(self) -> tuple[str, list[str]]:
        return decoder_mots(self.valeur)

    @property
    def texte(self) -> str:
        """La valeur dépliée, mots encodés décodés."""
        return self._decodee[0]

    @property
    def defauts(self) -> list[str]:
        """Défauts des mots encodés."""
        return self._decodee[1]

    @property
    def ou(self) -> str:
        return f"en-tête {self.nom} (ligne {self.ligne})"


@dataclass(eq=False)
class Partie:
    """Une partie MIME, ou le message lui-même (`chemin` vide).

    `octets` : ceux du message entier ; `origine` : où commencent ses en-têtes ; `debut`, `fin` : le corps, codage de
    transfert compris. `enfants` : parties d'un multipart, ou le message qu'un message/rfc822 enferme. `defauts` : ce
    que le découpage a relevé de faux.
    """

    chemin: str
    octets: bytes
    entetes: tuple[EnTete, ...]
    debut: int
    fin: int
    ligne: int
    type_par_defaut: str = "text/plain"
    origine: int = 0
    enfants: list[Partie] = field(default_factory=list)
    defauts: list[str] = field(default_factory=list)

    def tous(self, nom: str) -> list[EnTete]:
        """Les en-têtes de ce nom, casse libre, dans l'ordre."""
        cherche = nom.lower()
        return [entete for entete in self.entetes if entete.nom.lower() == cherche]

    def entete(self, nom: str) -> EnTete | None:
        """Le premier en-tête de ce nom."""
        return next(iter(self.tous(nom)), None)

    @cached_property
    def content_type(self) -> ValeurParametree:
        entete = self.entete("Content-Type")
        return lire_parametres(entete.valeur) if entete is not None else ValeurParametree()

    @cached_property
    def disposition(self) -> ValeurParametree:
        entete = self.entete("Content-Disposition")
        return lire_parametres(entete.valeur) if entete is not None else ValeurParametree()

    @property
    def type(self) -> str:
        """Type MIME en minuscules ; celui par défaut s'il manque ou ne se lit pas."""
        lu = self.content_type.valeur
        return lu if _TYPE.fullmatch(lu) else self.type_par_defaut if not lu else "text/plain"

    @property
    def multipart(self) -> bool:
        return self.type.startswith("multipart/")

    @property
    def nom_de_fichier(self) -> str:
        """Nom annoncé : `filename` de Content-Disposition, à défaut `name` de Content-Type."""
        return self.disposition.parametres.get("filename", "") or self.content_type.parametres.get("name", "")

    @property
    def transfert(self) -> str:
        """Content-Transfer-Encoding en minuscules ; `7bit` s'il manque."""
        entete = self.entete("Content-Transfer-Encoding")
        return lire_parametres(entete.valeur).valeur if entete is not None else "7bit"

    @property
    def corps_brut(self) -> bytes:
        """Le corps, codage de transfert compris."""
        return self.octets[self.debut : self.fin]

    @cached_property
    def _decode(self) -> tuple[bytes, list[str]]:
        return decoder_transfert(self.corps_brut, self.transfert)

    @property
    def contenu(self) -> bytes:
        """Le corps, codage de transfert ôté."""
        return self._decode[0]

    @property
    def defauts_de_transfert(self) -> list[str]:
        return self._decode[1]

    @property
    def charset(self) -> str:
        """Jeu de caractères annoncé, en minuscules ; `us-ascii` s'il manque."""
        return self.content_type.parametres.get("charset", "us-ascii").lower()

    @cached_property
    def texte(self) -> str:
        """Le contenu décodé selon son jeu de caractères ; à défaut l'UTF-8, caractères illisibles remplacés."""
        codec = jeu_de_caracteres(self.charset) or "utf-8"
        try:
            return self.contenu.decode("utf-8" if codec == "ascii" else codec)
        except (UnicodeError, ValueError):
            return self.contenu.decode("utf-8", "replace")

    @property
    def titre(self) -> str:
        """Comment nommer cette partie à une personne."""
        nom = f" « {self.nom_de_fichier[:80]} »" if self.nom_de_fichier else ""
        return f"partie {self.chemin} ({self.type}{nom}, ligne {self.ligne})" if self.chemin else "message"

    def parcourir(self, *, messages: bool = False) -> list[Partie]:
        """Cette partie et ses descendantes, dans l'ordre ; `messages` : entrer aussi dans les message/rfc822."""
        rendues, pile = [], [self]
        while pile:
            partie = pile.pop()
            rendues.append(partie)
            if messages or partie.multipart:
                pile.extend(reversed(partie.enfants))
        return rendues


class _Demesure(Exception):
    pass


class Decoupeur:
    """Découpe un message ; après `lire`, `limite` dit la limite du banc atteinte, vide si tout a été lu."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.limite = ""
        self._parties = 0
        self._entetes = 0
        self._octets_des_entetes = 0
        self._repere = (0, 1)
        self._delimiteurs: list[tuple[int, bytes]] = []
        self._positions: list[int] = []

    def lire(self) -> Partie:
        """La partie racine ; ses enfants manquent après une limite atteinte."""
        racine = Partie("", self.octets, (), 0, len(self.octets), 1)
        try:
            if len(self.octets) > TAILLE_MAX:
                raise _Demesure(f"message de {len(self.octets)} octets (au plus {TAILLE_MAX})")
            for trouve in _TIRETS.finditer(self.octets):
                if len(self._delimiteurs) >= DELIMITEURS_MAX:
                    raise _Demesure(f"plus de {DELIMITEURS_MAX} lignes commençant par « -- »")
                self._delimiteurs.append((trouve.start(), trouve[0].rstrip(b" \t")))
            self._positions = [position for position, _ in self._delimiteurs]
            self._remplir(racine, 0)
        except _Demesure as erreur:
            self.limite = str(erreur)
        return racine

    def _remplir(self, partie: Partie, profondeur: int) -> None:
        if profondeur > PROFONDEUR_MAX:
            raise _Demesure(f"plus de {PROFONDEUR_MAX} parties imbriquées")
        self._parties += 1
        if self._parties > PARTIES_MAX:
            raise _Demesure(f"plus de {PARTIES_MAX} parties")
        partie.ligne, partie.origine = self._ligne(partie.debut), partie.debut
        partie.entetes, partie.debut = self._lire_entetes(partie)
        if partie.multipart:
            self._multipart(partie, profondeur)
        elif partie.type in ("message/rfc822", "message/global"):
            if partie.transfert in ("7bit", "8bit", "binary"):
                self._enfant(partie, "1", partie.debut, partie.fin, "text/plain", profondeur)
            else:
                partie.defauts.append(f"message inclus codé en {partie.transfert[:40]}")

    def _enfant(self, parent: Partie, rang: str, debut: int, fin: int, defaut: str, profondeur: int) -> None:
        chemin = f"{parent.chemin}.{rang}" if parent.chemin else rang
        enfant = Partie(chemin, self.octets, (), debut, fin, 0, defaut)
        parent.enfants.append(enfant)
        self._remplir(enfant, profondeur + 1)

    def _multipart(self, partie: Partie, profondeur: int) -> None:
        frontiere = partie.content_type.parametres.get("boundary", "").rstrip(" ")
        if not frontiere:
            partie.defauts.append("multipart sans paramètre boundary")
            return
        if len(frontiere) > 70:
            partie.defauts.append(f"boundary de {len(frontiere)} caractères (70 au plus)")
        if partie.transfert not in ("7bit", "8bit", "binary"):
            partie.defauts.append(f"multipart codé en {partie.transfert[:40]}")
        marque = b"--" + frontiere.encode("utf-8", "replace")
        defaut = "message/rfc822" if partie.type == "multipart/digest" else "text/plain"
        debut, rang, ferme = -1, 0, False
        for indice in range(bisect_left(self._positions, partie.debut), len(self._positions)):
            position, texte = self._delimiteurs[indice]
            if position >= partie.fin:
                break
            if texte != marque and texte != marque + b"--":
                continue
            if debut >= 0:
                rang += 1
                self._enfant(partie, str(rang), debut, self._avant(position, debut), defaut, profondeur)
            if texte != marque:
                ferme = True
                break
            debut = self._fin_de_ligne(position, partie.fin)
        if debut < 0:
            partie.defauts.append("multipart sans aucune partie : sa frontière n'apparaît pas")
        elif not ferme:
            partie.defauts.append("multipart jamais fermé : le message est tronqué, ou sa dernière frontière manque")
            self._enfant(partie, str(rang + 1), debut, partie.fin, defaut, profondeur)

    def _fin_de_ligne(self, position: int, fin: int) -> int:
        suite = self.octets.find(b"\n", position, fin)
        return suite + 1 if suite >= 0 else fin

    def _avant(self, position: int, debut: int) -> int:
        """Fin du contenu qui précède une frontière : le saut de ligne appartient à la frontière."""
        if position > debut and self.octets[position - 1 : position] == b"\n":
            position -= 1
            if position > debut and self.octets[position - 1 : position] == b"\r":
                position -= 1
        return max(position, debut)

    def _ligne(self, position: int) -> int:
        depart, ligne = self._repere if self._repere[0] <= position else (0, 1)
        self._repere = (position, ligne + self.octets.count(b"\n", depart, position))
        return self._repere[1]

    def _lire_entetes(self, partie: Partie) -> tuple[tuple[EnTete, ...], int]:
        """Les en-têtes et la position du corps. Une ligne qui n'en est pas un ouvre le corps, comme pour `email`."""
        champs: list[tuple[str, int, int]] = []
        position, etrangere = partie.debut, -1
        if not partie.chemin and self.octets.startswith(b"From ", position):
            partie.defauts.append("première ligne « From … » d'une boîte mbox : elle n'est pas du message")
            position = self._fin_de_ligne(position, partie.fin)
        while position < partie.fin:
            suite = self._fin_de_ligne(position, partie.fin)
            debut_de_ligne = self.octets[position : min(suite, position + 200)]
            if debut_de_ligne in (b"\r\n", b"\n"):
                position = suite
                break
            champ = _CHAMP.match(debut_de_ligne)
            if debut_de_ligne[:1] in (b" ", b"\t") and champs:
                nom, ici, _ = champs[-1]
                champs[-1] = (nom, ici, suite)
            elif champ is not None:
                if champ[2]:
                    partie.defauts.append(f"blanc avant le deux-points de l'en-tête {champ[1][:40].decode()}")
                champs.append((champ[1].decode(), position + champ.end(), suite))
            else:
                etrangere = position
                break
            self._compter(champs[-1], suite - position)
            position = suite
        entetes = tuple(EnTete(nom, self.octets[ici:la].rstrip(b"\r\n"), self._ligne(ici)) for nom, ici, la in champs)
        ligne = self._ligne(position)
        if etrangere >= 0:
            partie.defauts.append(f"ligne {ligne} : ni en-tête, ni ligne vide avant le corps")
        return entetes, position

    def _compter(self, champ: tuple[str, int, int], ligne: int) -> None:
        nom, debut, fin = champ
        self._octets_des_entetes += ligne
        if self._octets_des_entetes > TOTAL_ENTETES_MAX:
            raise _Demesure(f"plus de {TOTAL_ENTETES_MAX} octets d'en-têtes")
        if fin - debut > ENTETE_MAX:
            raise _Demesure(f"en-tête {nom[:60]} de plus de {ENTETE_MAX} octets")
        self._entetes += 1
        if self._entetes > ENTETES_MAX:
            raise _Demesure(f"plus de {ENTETES_MAX} lignes d'en-têtes")

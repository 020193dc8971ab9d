"""Une partie MIME et ses en-têtes, tels qu'écrits, et ce qui s'en lit : valeurs, types, noms, contenus décodés."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from steps.verifications.mssante.boites_lues import Adresse, lire_adresses
from steps.verifications.mssante.mots import decoder_mots, jeu_de_caracteres, texte_des_octets
from steps.verifications.mssante.parametres import ValeurParametree, lire_parametres
from steps.verifications.mssante.transfert import decoder_transfert

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

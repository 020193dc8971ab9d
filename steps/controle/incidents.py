"""Ce que le banc n'a pas pu juger : un constat *non concluant* par cause, jamais une trace Python."""

from __future__ import annotations

from reports.constat import Constat
from reports.texte import abreger, taille_lisible
from reports.verdict import Verdict
from steps.controle.modele import Examen, TypeFichier
from steps.controle.registre import EXAMINATEURS, LIBELLES

SOURCE = "Banc SONS, docs/controler.md"
TYPE_INCONNU = "BANC-CONTROLE-01"
INCIDENT = "BANC-CONTROLE-02"
ILLISIBLE = "BANC-CONTROLE-03"
LIMITE = "BANC-CONTROLE-04"


def type_inconnu(vu: str) -> Examen:
    """Aucun type reconnu ; `vu` : ce que montrent les octets."""
    types = ", ".join(dict.fromkeys(LIBELLES[type_fichier] for type_fichier in EXAMINATEURS))
    return non_concluant(
        TYPE_INCONNU,
        "type de fichier non reconnu d'après son contenu",
        attendu=types,
        recu=vu,
        a_faire="Donner un fichier d'un de ces types, ou l'écarter par --exclure.",
    )


def incident(type_fichier: TypeFichier, erreur: BaseException) -> Examen:
    """L'examinateur manque ou a levé : le défaut est celui du banc, pas du fichier."""
    return non_concluant(
        INCIDENT,
        f"incident du banc pendant l'examen ({type(erreur).__name__}) : le fichier n'est pas jugé",
        recu=abreger(" ".join(str(erreur).split()), 300),
        a_faire="Relancer avec --trace FICHIER et transmettre cette trace avec un document fictif qui la reproduit.",
        type_fichier=type_fichier,
    )


def ouvrier_perdu(cause: str) -> Examen:
    """Le processus d'examen s'est arrêté deux fois de suite sur ce fichier."""
    return non_concluant(
        INCIDENT,
        f"incident du banc : le processus d'examen s'est arrêté sur ce fichier, deux fois ({cause})",
        a_faire="Relancer ce seul fichier ; vérifier la mémoire disponible.",
    )


def illisible(raison: str) -> Examen:
    """Le fichier n'a pas pu être ouvert ou lu."""
    return non_concluant(ILLISIBLE, f"fichier illisible : {raison}", a_faire="Vérifier le chemin et les droits.")


def trop_grand(taille: int, limite: int) -> Examen:
    """La taille dépasse la limite du banc ; `taille` et `limite` en octets."""
    return non_concluant(
        LIMITE,
        "fichier au-delà de la limite de taille du banc : il n'a pas été lu",
        attendu=f"au plus {taille_lisible(limite)}",
        recu=taille_lisible(taille),
        a_faire="Relever la limite par --taille-max (en Mo) si ce fichier est légitime.",
    )


def trop_long(secondes: float) -> Examen:
    """L'examen a dépassé la limite de temps du banc."""
    return non_concluant(
        LIMITE,
        f"examen au-delà de la limite de temps du banc ({secondes:g} s) : arrêté",
        a_faire="Relever la limite par --delai-max (en secondes) si ce fichier est légitime.",
    )


def trop_de_memoire(octets: int) -> Examen:
    """L'examen a dépassé la limite de mémoire du banc."""
    return non_concluant(
        LIMITE,
        f"examen au-delà de la limite de mémoire du banc ({taille_lisible(octets)}) : arrêté",
        a_faire="Relever la limite par --memoire-max (en Mo) si ce fichier est légitime.",
    )


def non_concluant(
    code: str,
    message: str,
    *,
    attendu: str = "",
    recu: str = "",
    a_faire: str = "",
    type_fichier: TypeFichier = TypeFichier.INCONNU,
) -> Examen:
    """Un examen réduit à un constat *non concluant*."""
    constat = Constat(
        code=code,
        verdict=Verdict.NON_CONCLUANT,
        message=message,
        attendu=attendu,
        recu=recu,
        source=SOURCE,
        a_faire=a_faire,
    )
    return Examen(type_fichier, (constat,))

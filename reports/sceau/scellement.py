"""Sceller une campagne : la vérifier, dire ce qui lui manque, puis écrire un zip dont chaque octet compte."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from reports.campagne import Campagne, ErreurCampagne
from reports.chargement_campagne import charger_campagne
from reports.preuves import controler_pieces
from reports.sceau import zip_canonique
from reports.sceau.canon import canonique
from reports.sceau.cles import CleDeSignature
from reports.sceau.completude import Manque, attendus, ce_qui_manque
from reports.sceau.contenu import ContenuRefuse, Suivi, pieces_de, rassembler, sceller_entete
from reports.sceau.lisezmoi import rediger
from reports.sceau.manifeste import NOM, Nature, Scelle, construire, encadrer, envelopper
from reports.sceau.zip_canonique import Membre, preparer
from reports.verrou import DossierOccupe, Verrou
from requirements.catalogue import Catalogue, charger_de_campagne
from simulators.socle.journal import JournalEchanges

LISEZMOI, EMPREINTES, HORODATAGE = "LISEZMOI.txt", "empreintes.sha256", "horodatage.tsr"
_PREFIXES = {
    Nature.RECEVABLE: "",
    Nature.PROVISOIRE: "PROVISOIRE-NON-RECEVABLE-",
    Nature.DEMONSTRATION: "DEMONSTRATION-NON-RECEVABLE-",
}


class ScellementRefuse(Exception):
    """Cette campagne ne se scelle pas telle quelle. `motifs` : phrases ; `manques` : la liste exacte, si c'est elle."""

    def __init__(self, motifs: Sequence[str], manques: Sequence[Manque] = ()) -> None:
        super().__init__(" ; ".join(motifs))
        self.motifs = tuple(motifs)
        self.manques = tuple(manques)


@dataclass(frozen=True)
class Choix:
    """Ce que l'utilisateur demande. `sortie` : fichier à écrire, par défaut à côté du dossier de campagne."""

    cle: CleDeSignature
    provisoire: bool = False
    demonstration: bool = False
    sortie: Path | None = None


@dataclass(frozen=True)
class DossierScelle:
    """Un dossier écrit."""

    chemin: Path
    nature: Nature
    manques: tuple[Manque, ...]
    charge: bytes
    signature: bytes
    campagne: Campagne


def sceller(
    dossier: Path, choix: Choix, suivi: Suivi = lambda quoi: None, catalogue: Catalogue | None = None
) -> DossierScelle:
    """Scelle la campagne de ce dossier, sans la modifier ; `ScellementRefuse` dit exactement ce qui s'y oppose.

    `DossierOccupe` si un autre processus y écrit encore.
    """
    with ExitStack() as pile:
        try:
            pile.enter_context(Verrou(dossier, "scellement"))
        except DossierOccupe:
            raise
        except OSError:
            pass  # support en lecture seule : personne d'autre n'y écrit non plus
        try:
            journal = pile.enter_context(JournalEchanges.ouvrir(dossier))
        except FileNotFoundError as erreur:
            raise ErreurCampagne(f"{dossier} : aucun journal, donc rien à sceller ({erreur})") from erreur
        suivi("campagne relue")
        catalogue = catalogue or charger_de_campagne(dossier, charger_campagne(dossier, journal).couloir)
        campagne = charger_campagne(dossier, journal, catalogue)
        _exiger_intacte(dossier, campagne, journal, suivi)
        nature, manques = _nature(campagne, catalogue, choix)
        campagne = sceller_entete(campagne, journal, nature)
        sortie = nommer(dossier, choix.sortie, nature, provisoire=bool(manques))
        sortie.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".scellement-", dir=sortie.parent) as atelier:
            try:
                contenu = rassembler(dossier, campagne, catalogue, journal, nature, Path(atelier), suivi)
            except ContenuRefuse as refus:
                raise ScellementRefuse([str(refus)]) from refus
            suivi("empreintes et signature")
            lisezmoi = preparer(LISEZMOI, rediger(campagne, nature, manques, choix.cle))
            membres = [preparer(*choix.cle.membre()), *(preparer(nom, lu) for nom, lu in contenu.fichiers)]
            liste = "".join(f"{m.sha256}  {m.nom}\n" for m in (lisezmoi, *membres))
            membres = [lisezmoi, preparer(EMPREINTES, liste.encode()), *membres]
            scelle = Scelle(
                campagne=campagne,
                nature=nature,
                manques=manques,
                enregistrements=journal.position(),
                tete=journal.derniere_empreinte(),
                empreinte_catalogue=str(campagne.catalogue.get("empreinte") or catalogue.empreinte),
                contenus=contenu.en_clair,
            )
            charge = canonique(construire(scelle, membres, choix.cle))
            signature = choix.cle.signer(encadrer(charge))
            manifeste = preparer(NOM, envelopper(charge, signature, choix.cle.empreinte))
            _ecrire(sortie, [lisezmoi, manifeste, *membres[1:]], Path(atelier))
    return DossierScelle(sortie, nature, manques, charge, signature, campagne)


def nommer(dossier: Path, sortie: Path | None, nature: Nature, *, provisoire: bool) -> Path:
    """Le fichier à écrire ; son nom dit toujours ce qu'un dossier non recevable est."""
    chemin = sortie or dossier.resolve().with_name(f"{dossier.resolve().name}.zip")
    if chemin.suffix.lower() != ".zip":
        chemin = chemin.with_name(f"{chemin.name}.zip")
    prefixe = _PREFIXES[nature]
    if provisoire and nature is Nature.DEMONSTRATION:
        prefixe = f"PROVISOIRE-{prefixe}"
    return chemin if chemin.name.startswith(prefixe) else chemin.with_name(prefixe + chemin.name)


def _nature(campagne: Campagne, catalogue: Catalogue, choix: Choix) -> tuple[Nature, tuple[Manque, ...]]:
    manques = ce_qui_manque(campagne, attendus(catalogue), catalogue.empreinte)
    motifs = []
    if campagne.demonstration and not choix.demonstration:
        motifs.append(
            "campagne menée sur le logiciel témoin : elle ne se scelle que comme démonstration (--demonstration), "
            "non recevable"
        )
    if choix.demonstration and not campagne.demonstration:
        motifs.append("--demonstration : cette campagne n'est pas une démonstration ; retirer l'option")
    if manques and not choix.provisoire:
        motifs.append(
            f"campagne incomplète : {len(manques)} manques ; les régler, ou sceller un dossier provisoire, "
            "non recevable (--provisoire)"
        )
    if motifs:
        raise ScellementRefuse(motifs, manques)
    if campagne.demonstration:
        return Nature.DEMONSTRATION, manques
    return (Nature.PROVISOIRE if manques else Nature.RECEVABLE), manques


def _exiger_intacte(dossier: Path, campagne: Campagne, journal: JournalEchanges, suivi: Suivi) -> None:
    """Sceller une campagne abîmée lui donnerait une apparence de preuve."""
    suivi("chaîne du journal et corps vérifiés")
    defauts = [f"journal : {defaut}" for defaut in journal.verifier_chaine()]
    suivi("pièces vérifiées")
    defauts += [f"pièce {ecart}" for ecart in controler_pieces(dossier, pieces_de(campagne))]
    if defaut := _tete(campagne, journal):
        defauts.append(defaut)
    if defauts:
        raise ScellementRefuse(
            [f"la campagne a été modifiée après coup ou abîmée ({len(defauts)} anomalies)", *defauts[:200]]
        )


def _tete(campagne: Campagne, journal: JournalEchanges) -> str:
    """Le journal a pu grandir depuis `campagne.json` (pièces déposées), jamais changer ce qui y est annoncé."""
    annoncee = campagne.journal.get("derniere_empreinte")
    rang = campagne.journal.get("enregistrements")
    if not annoncee or not isinstance(rang, int) or rang < 1:
        return ""
    trouve = next(journal.enregistrements(depuis=rang - 1), None)
    if trouve is not None and trouve.numero == rang and trouve.empreinte == annoncee:
        return ""
    recu = trouve.empreinte if trouve else f"un journal de {journal.position()} enregistrements"
    return f"campagne.json annonce l'empreinte {annoncee} à l'enregistrement {rang}, le journal porte {recu}"


def _ecrire(sortie: Path, membres: Sequence[Membre], atelier: Path) -> None:
    """Écrit à côté puis renomme : un arrêt brutal ne laisse jamais la moitié d'un dossier."""
    provisoire = atelier / ".dossier.zip"
    try:
        with provisoire.open("wb") as fichier:
            zip_canonique.ecrire(fichier, membres)
            fichier.flush()
            os.fsync(fichier.fileno())
    except ValueError as erreur:
        raise ScellementRefuse([str(erreur)]) from erreur
    provisoire.chmod(0o644)
    provisoire.replace(sortie)

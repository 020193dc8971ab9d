"""Écrit `rapport.html` : une page seule, en français, imprimable, sans script ni adresse extérieure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from reports.campagne import Campagne
from reports.constat import Confiance
from reports.ecarts import bilan_de
from reports.fichiers import ecrire_atomique
from reports.options import MENTION_DEMONSTRATION, SANS_TEXTES, TextesOfficiels
from reports.page import ouvrir_gabarits
from reports.preuves import libelle_type
from reports.resultat import EtatEtape, EtatPreuve
from reports.seances import avertissements
from reports.synthese import ORDRE_AFFICHAGE
from reports.texte import (
    abreger,
    date_lisible,
    duree_lisible,
    heure_lisible,
    nombre,
    pluriel,
    taille_lisible,
)
from reports.verdict import Moyen, Verdict
from reports.vignettes import Vignettes, details_lisibles, sans_vignette, vignettes_de
from reports.vues import VueRapport, lien_ancre, lien_local
from reports.vues_relecture import declaration_lisible
from requirements.catalogue import Catalogue
from requirements.modele import Nature
from simulators.socle.echange import Echange

NOM = "rapport.html"

SIGNES = {
    Verdict.NON_CONFORME: "✗",
    Verdict.NON_CONCLUANT: "!",
    Verdict.A_VERIFIER: "?",
    Verdict.NON_EXECUTE: "–",
    Verdict.CONFORME: "✓",
    Verdict.NON_APPLICABLE: "○",
}
LEXIQUE = (
    (Verdict.CONFORME, "Tout ce que le scénario demande a été observé et vérifié."),
    (Verdict.NON_CONFORME, "Un manquement du logiciel est prouvé : attendu, reçu, où, selon quelle source."),
    (Verdict.A_VERIFIER, "Une personne doit regarder, ou apporter une pièce ; ne compte jamais comme conforme."),
    (Verdict.NON_CONCLUANT, "Le banc ou l'environnement n'a pas permis de juger."),
    (Verdict.NON_EXECUTE, "Le scénario n'a pas été joué ; la raison est donnée."),
    (Verdict.NON_APPLICABLE, "L'exigence relève d'un profil que le logiciel ne revendique pas."),
)
_MOYENS = {Moyen.MACHINE: "la machine", Moyen.PERSONNE: "une personne", Moyen.DECLARATION: "une déclaration"}
_NOMS_MOYENS = {"machine": "vérifié par le banc", "personne": "jugé par une personne", "declaration": "déclaré"}
_CONFIANCES = {
    Confiance.OFFICIELLE: "officielle",
    Confiance.DOCUMENTEE: "documentée",
    Confiance.SECONDAIRE: "secondaire, l'original n'a pas été lu",
    Confiance.DEDUITE: "déduite par le banc",
}
_NATURES = {Nature.EXIGENCE: "exigence", Nature.PRECONISATION: "préconisation"}
_SIGNES_ETAPES = {EtatEtape.PASSEE: "✓", EtatEtape.ECHOUEE: "✗", EtatEtape.NON_JOUEE: "–"}


def rendre_rapport(
    campagne: Campagne,
    catalogue: Catalogue,
    echanges: Mapping[int, Echange],
    textes: TextesOfficiels = SANS_TEXTES,
    vignette: Vignettes = sans_vignette,
) -> str:
    """Le texte de `rapport.html`. `echanges` : ceux du journal, par numéro ; `vignette` : l'image d'une pièce."""
    return "".join(_morceaux(campagne, catalogue, echanges, textes, vignette))


def ecrire_rapport(
    dossier: Path,
    campagne: Campagne,
    catalogue: Catalogue,
    echanges: Mapping[int, Echange],
    textes: TextesOfficiels = SANS_TEXTES,
) -> Path:
    """Écrit `rapport.html` dans le dossier de campagne, morceau par morceau : la page entière pèserait sa taille."""
    page = _morceaux(campagne, catalogue, echanges, textes, vignettes_de(dossier))
    return ecrire_atomique(dossier / NOM, (morceau.encode("utf-8", "replace") for morceau in page))


def _morceaux(
    campagne: Campagne,
    catalogue: Catalogue,
    echanges: Mapping[int, Echange],
    textes: TextesOfficiels,
    vignette: Vignettes,
) -> Iterator[str]:
    vue = VueRapport(campagne, catalogue, echanges, textes)
    montres = {numero for scenario in vue.scenarios for bloc in scenario.echanges for numero in bloc.numeros}
    return (
        _environnement()
        .get_template("rapport.html.j2")
        .generate(
            vue=vue,
            textes=textes,
            numeros_montres=montres,
            vignette=vignette,
            identite=_identite(campagne, catalogue, textes),
            limites=_limites(campagne, catalogue, textes),
        )
    )


@lru_cache(maxsize=1)
def _environnement() -> Environment:
    environnement = ouvrir_gabarits(Path(__file__).parent / "gabarits")
    environnement.globals.update(
        abreger=abreger,
        confiances=_CONFIANCES,
        css=_chaine_css,
        declaration_lisible=declaration_lisible,
        details_lisibles=details_lisibles,
        duree_lisible=duree_lisible,
        etats_preuve=EtatPreuve,
        heure_lisible=heure_lisible,
        lexique=LEXIQUE,
        libelle_type=libelle_type,
        lien_ancre=lien_ancre,
        lien_local=lien_local,
        mention=MENTION_DEMONSTRATION,
        moyens=_MOYENS,
        natures=_NATURES,
        noms_moyens=_NOMS_MOYENS,
        ordre=ORDRE_AFFICHAGE,
        pluriel=pluriel,
        signes=SIGNES,
        signes_etapes=_SIGNES_ETAPES,
        taille_lisible=taille_lisible,
        verdicts=Verdict,
    )
    return environnement


def _chaine_css(texte: str) -> Markup:
    """Une chaîne CSS : tout ce qui n'est ni lettre, ni chiffre, ni espace est écrit par son code."""
    code = "".join(
        caractere if caractere.isalnum() or caractere == " " else f"\\{ord(caractere):06x} "
        for caractere in texte[:120]
    )
    return Markup(f'"{code}"')


def _identite(campagne: Campagne, catalogue: Catalogue, textes: TextesOfficiels) -> list[tuple[str, str]]:
    logiciel = campagne.logiciel
    return [
        ("Logiciel", " ".join(partie for partie in (logiciel.nom, logiciel.version) if partie)),
        ("Éditeur", logiciel.editeur),
        ("NIL", logiciel.nil),
        ("Type de logiciel", logiciel.type),
        ("Couloir et REM", f"{campagne.couloir}, REM {campagne.rem}"),
        ("Vagues", ", ".join(str(vague) for vague in campagne.vagues)),
        ("Profils revendiqués", ", ".join(campagne.profils)),
        ("Exigences demandées", ", ".join(campagne.exigences_demandees) or "toutes celles des vagues choisies"),
        ("Début", date_lisible(campagne.debut)),
        ("Fin", date_lisible(campagne.fin) or "campagne interrompue"),
        ("Banc", campagne.produit_banc),
        ("Système", ", ".join(f"{nom} {valeur}" for nom, valeur in campagne.systeme.items())),
        (
            "Catalogue",
            f"{campagne.catalogue.get('date', '')}, SHA-256 {campagne.catalogue.get('empreinte', 'inconnue')}",
        ),
        ("Sources du catalogue", " ; ".join(f"{s.titre} ({s.statut})" for s in catalogue.couloir.sources)),
        ("Textes officiels importés", textes.origine),
        (
            "Journal des échanges",
            f"{nombre(int(campagne.journal.get('enregistrements') or 0))} enregistrements, "
            f"dernière empreinte {campagne.journal.get('derniere_empreinte') or 'inconnue'}",
        ),
        ("Usage", MENTION_DEMONSTRATION if campagne.demonstration else ""),
    ]


def _limites(campagne: Campagne, catalogue: Catalogue, textes: TextesOfficiels) -> list[str]:
    empreinte = str(campagne.catalogue.get("empreinte", ""))
    limites = [
        "Ce rapport est écrit à partir du journal des échanges et des constats ; il ne juge rien par lui-même. "
        "Ce n'est pas une décision de référencement.",
        "Les services nationaux sont simulés par le banc. Un comportement qu'ils n'imitent pas n'est pas éprouvé.",
        "Les numéros viennent des sources citées plus haut ; les énoncés sont résumés dans les mots du banc"
        + (" à côté du texte importé." if textes.origine else ", jamais recopiés du REM : le REM publié fait foi."),
        "Un échange n'est montré qu'en extrait (4 Ko par corps). Le corps entier est à côté du rapport, sous corps/, "
        "nommé par son empreinte : « sha256sum » sur ce fichier doit redonner son nom.",
        "« python -m reports verifier-journal » sur ce dossier recalcule la chaîne des enregistrements ; "
        "preuves/empreintes.sha256 permet de vérifier les pièces avec « sha256sum -c ».",
        "Les mots de passe, jetons et clés sont remplacés par des empreintes à clé, encore comparables entre elles.",
    ]
    if empreinte and empreinte != catalogue.empreinte:
        limites.append(
            "Le catalogue qui a servi à écrire ce rapport n'est plus celui de la campagne : "
            f"empreinte {catalogue.empreinte} au lieu de {empreinte}. Les résumés peuvent différer."
        )
    limites += avertissements(campagne)
    limites += [f"À corriger : {anomalie}." for anomalie in bilan_de(campagne).anomalies]
    if campagne.interrompue:
        limites.append("La campagne a été interrompue : les scénarios sans verdict n'ont pas été jugés.")
    return limites

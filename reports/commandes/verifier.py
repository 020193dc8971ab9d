"""`python -m reports verifier DOSSIER.zip` : ce qui va, ce qui ne va pas et où, pour une personne ou un programme."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from reports.commandes.commun import Progression, declarer, imprimer_json
from reports.sceau.anomalie import Domaine, DossierIllisible
from reports.sceau.cles import CleRefusee, lire_certificats
from reports.sceau.completude import en_lignes
from reports.sceau.controle_archive import normaliser_empreinte
from reports.sceau.rendu import Confiance, Verification
from reports.sceau.verification import verifier_dossier
from reports.texte import pluriel, taille_lisible

_MONTREES = 60
_EPILOGUE = """\
codes de sortie :
  0  rien n'a changé, tout s'accorde, rien ne manque
  1  au moins une anomalie, ou un dossier provisoire
  3  impossible : ce fichier n'est pas un dossier scellé

exemples :
  python -m reports verifier biologie.zip --cle-attendue 4f0c…
  python -m reports verifier biologie.zip --autorite ac-editeur.pem --autorite-horodatage ac-tsa.pem --json
"""


def declarer_verifier(commandes: Any) -> None:
    """La sous-commande et ses options."""
    sous = declarer(commandes, "verifier", "vérifie un dossier scellé, hors réseau et sans rien croire", _EPILOGUE)
    sous.add_argument("archive", type=Path, metavar="DOSSIER.zip", help="dossier scellé")
    sous.add_argument("--cle-attendue", default="", metavar="EMPREINTE", help="SHA-256 de la clé de l'éditeur")
    sous.add_argument("--autorite", type=Path, metavar="CA.pem", help="autorité qui doit garantir le certificat")
    sous.add_argument("--autorite-horodatage", type=Path, metavar="CA.pem", help="autorité qui doit garantir l'heure")
    sous.set_defaults(commande=executer)


def executer(options: argparse.Namespace) -> int:
    """Vérifie ; rend le code de sortie."""
    progression = Progression("Vérification", muette=options.json)
    try:
        if options.cle_attendue and len(normaliser_empreinte(options.cle_attendue)) != 64:
            raise CleRefusee("--cle-attendue : 64 chiffres hexadécimaux sont attendus (SHA-256 de la clé publique)")
        confiance = Confiance(
            options.cle_attendue,
            lire_certificats(options.autorite.read_bytes()) if options.autorite else (),
            lire_certificats(options.autorite_horodatage.read_bytes()) if options.autorite_horodatage else (),
        )
        rendu = verifier_dossier(options.archive, confiance, progression)
    except (DossierIllisible, CleRefusee) as erreur:
        progression.finir()
        if options.json:
            imprimer_json({"dossier": str(options.archive), "lisible": False, "erreur": str(erreur)})
        else:
            print(f"Erreur : {options.archive} : {erreur}", file=sys.stderr)
        return 3
    progression.finir()
    if options.json:
        imprimer_json(en_dict(rendu, options.archive))
    else:
        print("\n".join(en_texte(rendu, options.archive)))
    return rendu.code


def en_dict(rendu: Verification, archive: Path) -> dict[str, Any]:
    """La réponse pour un programme."""
    qui = rendu.signataire
    return {
        "dossier": str(archive),
        "lisible": True,
        "nature": rendu.nature.value,
        "mention": rendu.nature.mention,
        "intact": rendu.intact,
        "complet": not rendu.manques,
        "logiciel": rendu.logiciel,
        "comptes": dict(rendu.comptes),
        "controles": {
            domaine.value: {
                "bon": not any(a.domaine is domaine for a in rendu.anomalies),
                "constat": rendu.faits.get(domaine, ""),
            }
            for domaine in Domaine
        },
        "anomalies": [anomalie.en_dict() for anomalie in rendu.anomalies],
        "manque": [manque.en_dict() for manque in rendu.manques],
        "avertissements": rendu.avertissements,
        "signataire": qui
        and {
            "empreinte": qui.empreinte,
            "algorithme": qui.algorithme,
            "titulaire": qui.titulaire,
            "faite_pour_ce_dossier": qui.ephemere,
            "confiance": qui.confiance,
        },
        "horodatage": rendu.horodatage
        and {
            "instant": rendu.horodatage.instant.isoformat(),
            "par": rendu.horodatage.nom,
            "autorite_connue": rendu.horodatage.autorite_connue,
        },
        "code_de_sortie": rendu.code,
    }


def en_texte(rendu: Verification, archive: Path) -> list[str]:
    """La réponse pour une personne."""
    lignes = [f"{archive} ({taille_lisible(archive.stat().st_size)})" + (f", {rendu.logiciel}" * bool(rendu.logiciel))]
    if rendu.nature.mention:
        lignes.append(f"*** {rendu.nature.mention} ***")
    for domaine in Domaine:
        siennes = sum(a.domaine is domaine for a in rendu.anomalies)
        if siennes:
            lignes.append(f"  ✗ {domaine.libelle} : {pluriel(siennes, 'anomalie')}")
        elif fait := rendu.faits.get(domaine):
            lignes.append(f"  ✓ {domaine.libelle} : {fait}")
        else:
            lignes.append(f"  – {domaine.libelle} : {_SANS.get(domaine, 'pas contrôlé')}")
    for rang, anomalie in enumerate(rendu.anomalies[:_MONTREES], start=1):
        premiere, *suite = anomalie.lignes()
        lignes += ["", f"{rang}. {premiere}", *(f"   {ligne}" for ligne in suite)]
    if len(rendu.anomalies) > _MONTREES:
        lignes += ["", f"Et {len(rendu.anomalies) - _MONTREES} autres anomalies (--json les donne toutes)."]
    if rendu.manques:
        lignes += ["", f"Ce qui manque ({len(rendu.manques)})", *(f"  {ligne}" for ligne in en_lignes(rendu.manques))]
    if rendu.avertissements:
        lignes += ["", "À savoir", *(f"  - {phrase}" for phrase in rendu.avertissements)]
    return [*lignes, "", _conclure(rendu)]


_SANS = {Domaine.HORODATAGE: "aucun"}


def _conclure(rendu: Verification) -> str:
    if not rendu.intact:
        return f"Conclusion : ne pas se fier à ce dossier ({pluriel(len(rendu.anomalies), 'anomalie')})."
    if rendu.manques:
        return f"Conclusion : dossier intact, mais incomplet ({pluriel(len(rendu.manques), 'manque')})."
    mention = f" {rendu.nature.mention}." if rendu.nature.mention else ""
    return f"Conclusion : dossier intact et complet ; toutes ses traces s'accordent.{mention}"

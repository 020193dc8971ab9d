# language: fr
Fonctionnalité: Résultats de biologie reçus par MSSanté
  Un confrère envoie des comptes rendus de biologie structurés ; le logiciel les intègre, prévient et suit leurs mises à jour.

  @BIO/va1.01.01
  Scénario: Un résultat critique prévient l'utilisateur, un résultat seulement anormal non
    # Les trois codes de l'exigence, chacun dans son compte rendu et à une place différente ; puis H, et un résultat normal.
    Étant donné un patient « Ambroise » dont le statut est « identité qualifiée »
    Et un compte rendu de biologie « calcémie » reçu par MSSanté pour le patient « Ambroise »
      | analyse   | code    | valeur | unité  | interprétation |
      | Calcium   | 2000-8  | 1.42   | mmol/L | LL             |
      | Sodium    | 2951-2  | 139    | mmol/L |                |
    Et un compte rendu de biologie « kaliémie » reçu par MSSanté pour le patient « Ambroise »
      | analyse   | code    | valeur | unité  | interprétation |
      | Sodium    | 2951-2  | 138    | mmol/L |                |
      | Potassium | 2823-3  | 7.1    | mmol/L | HH             |
    Et un compte rendu de biologie « ECBU » reçu par MSSanté pour le patient « Ambroise »
      | analyse    | code    | valeur | unité  | interprétation |
      | Créatinine | 14682-9 | 88     | umol/L |                |
      | Lactate    | 2524-7  | 6.8    | mmol/L | AA             |
    Et un compte rendu de biologie « glycémie » reçu par MSSanté pour le patient « Ambroise »
      | analyse   | code    | valeur | unité  | interprétation |
      | Glucose   | 14749-6 | 6.4    | mmol/L | H              |
    Et un compte rendu de biologie « ionogramme » reçu par MSSanté pour le patient « Ambroise »
      | analyse   | code    | valeur | unité  |
      | Sodium    | 2951-2  | 141    | mmol/L |
    Quand le professionnel verse les documents reçus à la liste de travail
    Alors la liste des documents non lus annonce les résultats critiques, et eux seuls

  @BIO/va1.02.01
  Scénario: Une mise à jour laisse la trace des résultats qu'elle modifie ou supprime
    # Un résultat change, un autre disparaît, un troisième reste : la trace est recalculée des deux versions.
    Étant donné un patient « Berthe » dont le statut est « identité qualifiée »
    Et un compte rendu de biologie « bilan » reçu par MSSanté pour le patient « Berthe »
      | analyse     | code   | valeur | unité  |
      | Hémoglobine | 718-7  | 10.9   | g/dL   |
      | Sodium      | 2951-2 | 133    | mmol/L |
      | Potassium   | 2823-3 | 4.4    | mmol/L |
    Quand le professionnel verse les documents reçus à la liste de travail
    Et le professionnel classe les documents reçus au dossier de leur patient
    Et un compte rendu de biologie « bilan corrigé » reçu par MSSanté pour le patient « Berthe », qui remplace « bilan »
      | analyse     | code   | valeur | unité  |
      | Hémoglobine | 718-7  | 12.6   | g/dL   |
      | Potassium   | 2823-3 | 4.4    | mmol/L |
    Et le professionnel verse les documents reçus à la liste de travail
    Et le professionnel classe les documents reçus au dossier de leur patient
    Alors les résultats que « bilan corrigé » modifie ou supprime sont tracés

  @BIO/va1.03.01
  Scénario: Un résultat donné dans deux unités se lit dans celle que l'utilisateur choisit
    Étant donné un patient « Casimir » dont le statut est « identité qualifiée »
    Et un compte rendu de biologie « bilan lipidique » reçu par MSSanté pour le patient « Casimir »
      | analyse      | code    | valeur | unité  | seconde mesure |
      | Glucose      | 14749-6 | 5.3    | mmol/L | 0.95 g/L       |
      | Sodium       | 2951-2  | 142    | mmol/L |                |
      | Cholestérol  | 2093-3  | 2.04   | g/L    | 5.28 mmol/L    |
      | Créatinine   | 14682-9 | 79     | umol/L | 8.9 mg/L       |
    Quand le professionnel verse les documents reçus à la liste de travail
    Et le professionnel classe les documents reçus au dossier de leur patient
    Alors les résultats de « bilan lipidique » sont intégrés avec leur valeur et leur unité
    Et chaque résultat de « bilan lipidique » se lit dans l'unité que l'utilisateur choisit

  @BIO/va1.04.01
  Scénario: Un résultat dont l'unité est codée en UCUM garde ce code
    # Des unités courantes et des unités composées ; un second compte rendu de mêmes analyses, à d'autres valeurs.
    Étant donné un patient « Delphine » dont le statut est « identité qualifiée »
    Et un compte rendu de biologie « numération » reçu par MSSanté pour le patient « Delphine »
      | analyse     | code   | valeur | unité    |
      | Plaquettes  | 777-3  | 214    | 10*9/L   |
      | TSH         | 3016-3 | 1.95   | m[IU]/L  |
      | Hémoglobine | 718-7  | 13.4   | g/dL     |
      | pH          | 2744-1 | 7.41   | [pH]     |
    Et un compte rendu de biologie « numération ancienne » reçu par MSSanté pour le patient « Delphine », vieux de 90 jours
      | analyse     | code   | valeur | unité    |
      | Plaquettes  | 777-3  | 188    | 10*9/L   |
      | TSH         | 3016-3 | 2.31   | m[IU]/L  |
    Quand le professionnel verse les documents reçus à la liste de travail
    Et le professionnel classe les documents reçus au dossier de leur patient
    Alors les résultats de « numération » sont intégrés avec leur valeur et leur unité
    Et les résultats de « numération ancienne » sont intégrés avec leur valeur et leur unité

  @BIO/va1.05.01
  Scénario: Interprétation et commentaire se voient dans les deux listes, document fermé
    # La machine juge le CDA R2 N3, seul à porter ces éléments ; le N1 et le PDF/A-1 n'en ont pas de codés.
    Étant donné un patient « Eustache » dont le statut est « identité qualifiée »
    Et un compte rendu de biologie « bilan interprété » reçu par MSSanté pour le patient « Eustache »
      | analyse | code    | valeur | unité  | interprétation |
      | Sodium  | 2951-2  | 140    | mmol/L |                |
      | Glucose | 14749-6 | 6.9    | mmol/L | H              |
    Et un compte rendu de biologie « bilan commenté » reçu par MSSanté pour le patient « Eustache »
      | analyse | code    | valeur | unité  | commentaire                 |
      | Sodium  | 2951-2  | 139    | mmol/L |                             |
      | Glucose | 14749-6 | 5.2    | mmol/L | Prélèvement non à jeun      |
    Et un compte rendu de biologie « bilan annoté » reçu par MSSanté pour le patient « Eustache », commenté « Profil à recontrôler dans trois mois »
      | analyse | code    | valeur | unité  |
      | Sodium  | 2951-2  | 137    | mmol/L |
    Et un compte rendu de biologie « bilan nu » reçu par MSSanté pour le patient « Eustache »
      | analyse | code    | valeur | unité  |
      | Sodium  | 2951-2  | 141    | mmol/L |
    Quand le professionnel verse les documents reçus à la liste de travail
    Et le professionnel classe les documents reçus au dossier de leur patient
    Alors la liste des documents non lus et celle du patient annoncent interprétations et commentaires
    Et les deux listes, pour un document reçu en CDA R2 N1 et en PDF/A-1 seul, sont à montrer

  @BIO/va1.06.01
  Scénario: Un résultat hors de son intervalle de référence se voit dans les deux listes, document fermé
    # Trop haut, trop bas, borne atteinte, et un compte rendu où tout est normal : l'écart est recalculé de l'intervalle.
    Étant donné un patient « Félicité » dont le statut est « identité qualifiée »
    Et un compte rendu de biologie « bilan haut » reçu par MSSanté pour le patient « Félicité »
      | analyse   | code    | valeur | unité  | bas | haut |
      | Sodium    | 2951-2  | 140    | mmol/L | 136 | 145  |
      | Potassium | 2823-3  | 5.6    | mmol/L | 3.5 | 5.1  |
    Et un compte rendu de biologie « bilan bas » reçu par MSSanté pour le patient « Félicité »
      | analyse   | code    | valeur | unité  | bas  | haut |
      | Ferritine | 2276-4  | 6      | ug/L   | 15.0 |      |
      | Sodium    | 2951-2  | 141    | mmol/L | 136  | 145  |
    Et un compte rendu de biologie « bilan normal » reçu par MSSanté pour le patient « Félicité »
      | analyse   | code    | valeur | unité  | bas | haut  |
      | Sodium    | 2951-2  | 145    | mmol/L | 136 | 145.0 |
      | Potassium | 2823-3  | 4.05   | mmol/L | 3.5 | 5.1   |
    Quand le professionnel verse les documents reçus à la liste de travail
    Et le professionnel classe les documents reçus au dossier de leur patient
    Alors la liste des documents non lus et celle du patient annoncent les écarts à l'intervalle de référence
    Et les deux listes, pour un document reçu en CDA R2 N1 et en PDF/A-1 seul, sont à montrer

  @BIO/va1.07.01
  Scénario: La version qu'une mise à jour remplace n'est plus présentée comme actuelle
    # Un autre compte rendu du même patient, de mêmes analyses, ne doit pas disparaître avec elle.
    Étant donné un patient « Gontran » dont le statut est « identité qualifiée »
    Et un compte rendu de biologie « bilan » reçu par MSSanté pour le patient « Gontran »
      | analyse | code   | valeur | unité  |
      | Sodium  | 2951-2 | 131    | mmol/L |
      | Glucose | 14749-6 | 5.0   | mmol/L |
    Et un compte rendu de biologie « bilan du mois dernier » reçu par MSSanté pour le patient « Gontran », vieux de 30 jours
      | analyse | code   | valeur | unité  |
      | Sodium  | 2951-2 | 136    | mmol/L |
    Quand le professionnel verse les documents reçus à la liste de travail
    Et le professionnel classe les documents reçus au dossier de leur patient
    Et un compte rendu de biologie « bilan corrigé » reçu par MSSanté pour le patient « Gontran », qui remplace « bilan »
      | analyse | code   | valeur | unité  |
      | Sodium  | 2951-2 | 139    | mmol/L |
    Et le professionnel verse les documents reçus à la liste de travail
    Et le professionnel classe les documents reçus au dossier de leur patient
    Alors seules les versions remplacées ne sont plus présentées comme actuelles
